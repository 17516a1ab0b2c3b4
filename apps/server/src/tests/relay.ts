import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * A way to a server that can fall silent, as a network or a machine that hangs does: nothing comes
 * through, and no connection ends. Or it breaks when a request was heard and its answer is on its way.
 * @param target the server's URL
 * @returns the URL that leads there
 */
export async function startRelay(target: string) {
  let leadsTo = new URL(target)
  const sockets = new Set<Socket>()
  let isSilent = false
  let lost: Loss | undefined
  const hold = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    if (isSilent) socket.pause()
  }
  const relay = createServer((near) => {
    const far = connect(Number(leadsTo.port), leadsTo.hostname)
    let losing: Loss | undefined
    let isMeant = false
    near.on('data', (bytes) => {
      isMeant = lost !== undefined && (isMeant || bytes.includes(lost.after))
      if (isMeant && bytes.includes(lost?.request ?? '')) [losing, lost] = [lost, undefined]
      far.write(bytes)
    })
    far.on('data', (bytes) => {
      if (losing === undefined) return void near.write(bytes)
      near.destroy()
      losing.resolve()
    })
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    for (const socket of [near, far]) hold(socket)
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
    /**
     * Loses the answer to the next request that says so, and the connection. Resolves when it is lost.
     * @param after what the connection has to have said before, or with it
     */
    loseAnswerTo: (request: string, after = request): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>()
      lost = { request, after, resolve }
      return promise
    },
    /** Another server is at the other end, for the connections that are made from now on. */
    leadTo: (other: string) => void (leadsTo = new URL(other)),
    setSilent: (silent: boolean) => {
      isSilent = silent
      for (const socket of sockets) socket[silent ? 'pause' : 'resume']()
    },
  }
}

interface Loss {
  readonly request: string
  readonly after: string
  readonly resolve: () => void
}
