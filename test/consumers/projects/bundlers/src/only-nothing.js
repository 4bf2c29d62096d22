import 'everysource'
import 'everysource/fetch-event-source'
