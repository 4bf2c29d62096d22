import 'everysource'
import 'everysource/fetch-event-source'
import 'everysource/shared'
