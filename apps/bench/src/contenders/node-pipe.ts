import { Agent, createServer, request } from 'node:http'

const agent = new Agent({ keepAlive: true })
const upstream = new URL(`${process.env.MOCK_URL}/v1/chat/completions`)

const server = createServer((incoming, outgoing) => {
  const { 'content-type': type = '', 'content-length': length = '' } = incoming.headers
  const headers = { 'content-type': type, 'content-length': length }
  const asked = request(upstream, { agent, method: 'POST', headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  asked.on('error', () => outgoing.destroy())
  outgoing.on('close', () => asked.destroy())
  incoming.pipe(asked)
})
server.listen(Number(process.env.PORT), '127.0.0.1', 4_096)
