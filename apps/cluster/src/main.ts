import { startCluster } from './cluster.ts'

const port = Number(process.env['PORT'] ?? 8080)

const stop = new Promise((resolve) => {
  process.once('SIGINT', resolve)
  process.once('SIGTERM', resolve)
})

try {
  await using cluster = await startCluster({ form: 'built', nginxPort: port })
  const lines = [
    `Page and API  http://localhost:${port}`,
    ...cluster.replicas.map(({ url }, index) => `Server ${index + 1}      ${url}`),
  ]
  console.log(`\n${lines.join('\n')}\n\nCtrl-C ends all of it, and what was said is gone.\n`)
  await stop
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
