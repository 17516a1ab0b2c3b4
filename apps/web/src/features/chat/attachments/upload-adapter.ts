import type { Attachment, AttachmentAdapter, PendingAttachment } from '@assistant-ui/react'
import { nanoid } from 'nanoid'
import { cloud } from '../../../lib/api.ts'
import { holdPage } from '../../../lib/hold-page.ts'
import { tell } from '../../../lib/notices.ts'
import { bodyOf, problemOf } from '../../../lib/problem.ts'
import { putFile } from '../../../lib/put-file.ts'
import { explainRefusal } from './explain-refusal.ts'

interface Upload {
  readonly controller: AbortController
  /** Where the file is, once it is there. */
  readonly url: Promise<string>
}

/** Brings files to the server while the message is still being written. */
class UploadAdapter implements AttachmentAdapter {
  /** The server says which types it takes. */
  readonly accept = '*'
  readonly #uploads = new Map<string, Upload>()

  async *add({ file }: { file: File }): AsyncGenerator<PendingAttachment, void> {
    const id = nanoid()
    const type = file.type.startsWith('image/') ? 'image' : 'file'
    const attachment = { id, type, name: file.name, contentType: file.type, file } as const
    const controller = new AbortController()
    const { shares, url } = startUpload(file, controller.signal)
    this.#uploads.set(id, { controller, url })
    for (let read = await shares.read(); !read.done; read = await shares.read())
      yield {
        ...attachment,
        status: { type: 'running', reason: 'uploading', progress: read.value },
      }
    try {
      const content = [filePart(await url, file)]
      // With what a draft is kept by, though assistant-ui asks for it only when it sends.
      const status = { type: 'requires-action', reason: 'composer-send' } as const
      yield { ...attachment, content, status }
    } catch (error) {
      if (controller.signal.aborted) return
      const reason = explainRefusal(problemOf(error))
      tell({ title: `${file.name} was not attached`, detail: reason })
      const status = { type: 'incomplete', reason: 'error', message: reason } as const
      yield { ...attachment, status }
    }
  }

  async remove({ id }: Attachment): Promise<void> {
    this.#uploads.get(id)?.controller.abort()
    this.#uploads.delete(id)
  }

  async send(attachment: PendingAttachment) {
    const { id, file } = attachment
    // It stays known: where another one of the message fails, this one is sent once more.
    const data = await this.#uploads.get(id)?.url
    if (data === undefined) throw new Error(`Nothing is known of the file ${file.name}.`)
    return {
      ...attachment,
      status: { type: 'complete' as const },
      content: [filePart(data, file)],
    }
  }
}

/** One for all threads: each is its own composer's. */
export const uploads = new UploadAdapter()

function filePart(data: string, { name: filename, type: mimeType }: File) {
  return { type: 'file' as const, data, mimeType, filename }
}

/** @returns how much of it is there, each time that more is, and where it is in the end */
function startUpload(file: File, signal: AbortSignal) {
  const { readable, writable } = new TransformStream<number, number>(undefined, undefined, {
    highWaterMark: Infinity,
  })
  const writer = writable.getWriter()
  void writer.write(0)
  const release = holdPage()
  const url = upload(file, signal, (share) => void writer.write(share)).finally(() => {
    release()
    void writer.close()
  })
  // Whoever sends hears of a failure, or the reader of the shares.
  url.catch(() => undefined)
  return { shares: readable.getReader(), url }
}

async function upload(file: File, signal: AbortSignal, onProgress: (share: number) => void) {
  const answer = await cloud.files.uploadUrl({
    body: { filename: file.name },
    fetchOptions: { signal },
  })
  const { signedUrl, publicUrl } = bodyOf(answer, 200)
  await putFile(signedUrl, file, { signal, onProgress })
  return publicUrl
}
