/** Facts about docs/guides/react-native.md, in a realm with React Native's globals. */

import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import { reactNative, runApp } from '../../limits/app.ts'
import { blockOf, replaced } from '../blocks.ts'
import { stream } from '../servers.ts'
import { until } from '../program.ts'
import type { Stage } from '../stage.ts'
import type { Fact, Facts } from './fact.ts'

const PAGE = 'docs/guides/react-native.md'
const API = 'https://api.example.com'

const withExpo = blockOf(PAGE, 'With Expo (2)').text
const withoutExpo = blockOf(PAGE, 'Without Expo').text
/** Expo installs a similar one. */
const EXPO = `import '@bacons/text-decoder/install'\n`

/** For a program that reads a stream of one message. `ends` says whether the server then ends it. */
function printsMessage(polyfills: string, ends: boolean): Fact {
  return {
    fact: 'prints the message',
    run: async (stage) => {
      const server = await stage.serve((response) => {
        stream(response, 'data: here\n\n')
        if (ends) response.end()
      })
      const { context, printed } = await reactNative()
      await runApp(context, `${polyfills}\n${replaced(stage.block.text, { [API]: server.origin })}`)
      await until(() => {
        expect(printed).toEqual(['here'])
      })
    },
  }
}

/** Checks that the program prints the block. */
async function printsBlock(stage: Stage, program: string): Promise<void> {
  const { context, printed } = await reactNative()
  await runApp(context, `import { EventSource, streamEvents } from 'everysource'\n${program}`)
  expect(printed).toEqual([stage.block.text.trim()])
}

export const REACT_NATIVE: Facts = {
  'With Expo': [
    {
      fact: 'installs the imports of the next block',
      run: ({ block: { text } }) => {
        const imported = Array.from(withExpo.matchAll(/import '([^'/]+)/g), ([, name]) => name)
        expect(text.trim().split(' ').slice(2)).toEqual(['everysource', ...imported])
      },
    },
  ],
  'With Expo (2)': [
    {
      fact: 'is enough, with the TextDecoder of Expo',
      run: async ({ block: { text } }) => {
        const { context } = await reactNative()
        await runApp(
          context,
          `${EXPO}${text}import { EventSource } from 'everysource'\nnew EventSource('http://a.test/').close()`,
        )
      },
    },
  ],
  'With Expo (3)': [printsMessage(EXPO + withExpo, false)],
  'With Expo (4)': [printsMessage(EXPO + "import 'react-native-url-polyfill/auto'", true)],
  'With Expo (5)': [printsMessage(EXPO, true)],
  'With Expo: Use EventDecoderStream': [printsMessage(withoutExpo, true)],
  'Without Expo': [
    {
      fact: 'is enough',
      run: async ({ block: { text } }) => {
        const { context } = await reactNative()
        await runApp(
          context,
          `${text}import { EventSource } from 'everysource'\nnew EventSource('http://a.test/').close()`,
        )
        expect(vm.runInContext('typeof TextDecoder', context)).toBe('function')
      },
    },
  ],
  'Missing globals and their polyfills': [
    {
      fact: 'is the error',
      run: (stage) =>
        printsBlock(stage, `try { new EventSource('${API}/events') } catch (error) { console.log(error) }`),
    },
    {
      fact: 'the table has the messages and the polyfills that they name',
      run: () => {
        const source = readFileSync(path('src/platform/requirements.ts'), 'utf8')
        const rows = readFileSync(path(PAGE), 'utf8')
          .split('\n')
          .filter((line) => line.includes('this runtime lacks`'))
        const polyfills = Array.from(source.matchAll(/^ {2}(\w+): '([^']+)',$/gm), ([, name = '', polyfill = '']) => ({
          name,
          polyfill,
        }))
        expect(rows).toHaveLength(polyfills.length)
        for (const { name, polyfill } of polyfills) {
          const row = rows.find((candidate) => candidate.startsWith(`| \`${name}\` `))
          expect(row).toMatch(/`\w+ requires [\w ]+, which this runtime lacks`/)
          expect(row).toContain(polyfill)
        }
      },
    },
  ],
  'Missing globals and their polyfills (2)': [
    {
      fact: 'is the error with the polyfills',
      run: (stage) =>
        printsBlock(
          stage,
          `${withoutExpo}
          try { for await (const _ of streamEvents('${API}/events')); } catch (error) { console.log(error.message) }`,
        ),
    },
  ],
}
