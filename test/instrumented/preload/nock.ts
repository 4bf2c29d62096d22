/** nock with a scope for all servers on loopback, through which their requests must pass. */

import nock from 'nock'

nock(/127\.0\.0\.1/, { allowUnmocked: true })
  .persist()
  .get('/mocked')
  .reply(200, 'mocked')
