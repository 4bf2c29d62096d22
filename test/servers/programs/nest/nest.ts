/** NestJS. */
/* eslint-disable @typescript-eslint/no-extraneous-class -- a module is an empty class */

import 'reflect-metadata'
import {
  Body,
  Controller,
  Headers,
  HttpCode,
  type MessageEvent,
  Module,
  RequestMethod,
  Sse,
  UnauthorizedException,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { from, interval, map, merge, Observable } from 'rxjs'
import { answer, follow, HEARTBEAT } from '../news.ts'

@Controller()
class NewsController {
  @Sse('events')
  events(@Headers('last-event-id') lastEventId?: string): Observable<MessageEvent> {
    const news = new Observable<MessageEvent>((subscriber) =>
      follow(lastEventId, ({ id, event, data }) => {
        subscriber.next({ id, type: event, data, retry: 500 })
      }),
    )
    return merge(news, interval(HEARTBEAT).pipe(map(() => ({ comment: '' }))))
  }

  // Otherwise NestJS answers a POST with 201, which is not valid for an event stream.
  @HttpCode(200)
  @Sse('chat', { method: RequestMethod.POST })
  chat(@Headers('authorization') authorization: string, @Body() body: { prompt: string }): Observable<MessageEvent> {
    if (authorization !== 'Bearer secret') throw new UnauthorizedException('no such token')
    return from(messages(body.prompt))
  }
}

async function* messages(prompt: string): AsyncGenerator<MessageEvent> {
  for await (const word of answer(prompt)) yield { data: word }
  yield { data: '[DONE]' }
}

@Module({ controllers: [NewsController] })
class NewsModule {}

const app = await NestFactory.create(NewsModule)
await app.listen(Number(process.env.PORT ?? 8000))
