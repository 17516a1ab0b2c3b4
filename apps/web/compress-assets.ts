import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const compress = {
  br: promisify(brotliCompress),
  gz: promisify(gzip),
}

/** Smaller ones fit into one packet as they are. */
const minBytes = 1_024

/**
 * Puts `.br` and `.gz` beside the page and what it loads, so that the server compresses nothing while
 * it answers.
 */
export function compressAssets(): Plugin {
  return {
    name: 'compress-assets',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      const names = Object.keys(bundle).filter((name) => /\.(?:js|css|html|svg)$/.test(name))
      await Promise.all(names.map((name) => compressFile(join(dir, name))))
    },
  }
}

async function compressFile(path: string): Promise<void> {
  const content = await readFile(path)
  if (content.length < minBytes && !path.endsWith('.html')) return
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
  await Promise.all([
    writeFile(`${path}.br`, await compress.br(content, { params })),
    writeFile(`${path}.gz`, await compress.gz(content, { level: 9 })),
  ])
}
