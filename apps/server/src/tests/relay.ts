import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * A way to a server that can fall silent, as a network or a machine that hangs does: nothing comes
 * through, and no connection ends.
 * @param target the server's URL
 * @returns the URL that leads there
 */
export async function startRelay(target: string) {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let isSilent = false
  const hold = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    if (isSilent) socket.pause()
  }
  const relay = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => to.write(bytes)).on('close', () => to.destroy())
      hold(from)
    }
  })
  await once(relay.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    relay.close()
    await once(relay, 'close')
  })
  const url = new URL(target)
  url.port = String((relay.address() as AddressInfo).port)
  return {
    url: url.href,
    setSilent: (silent: boolean) => {
      isSilent = silent
      for (const socket of sockets) socket[silent ? 'pause' : 'resume']()
    },
  }
}
