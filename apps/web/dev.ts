import { fileURLToPath } from 'node:url'
import { createLogger, createServer } from 'vite'

// What to say at the start is said below; warnings and errors are still shown, but for those of the
// proxy: the page itself says when the server does not answer.
const logger = createLogger('warn')
const { error: logError } = logger
logger.error = (message, options) => {
  if (!message.includes('http proxy error')) logError(message, options)
}

const server = await createServer({
  root: fileURLToPath(new URL('.', import.meta.url)),
  customLogger: logger,
  clearScreen: false,
})

// Vite's own listener ends with 143, which task runners take for a failure.
process.removeAllListeners('SIGTERM')
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void server.close().finally(() => process.exit(0)))

try {
  await server.listen()
  console.log(`Web       http://localhost:${server.config.server.port}`)
} catch (error) {
  const { port } = server.config.server
  const isTaken = error instanceof Error && /already in use|EADDRINUSE/.test(error.message)
  console.error(isTaken ? `Port ${port} is taken: set WEB_PORT to another.` : error)
  await server.close()
  process.exit(1)
}
