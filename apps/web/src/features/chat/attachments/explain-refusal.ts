import type { Problem } from '@assistant-ui-proxy/contract'

/** Why a file was not taken. The server counts bytes and names media types; people do neither. */
export function explainRefusal({ code, title, detail }: Problem): string {
  if (code === 'unsupported_media_type') {
    const kinds = kindsIn(detail)
    if (kinds !== '') return `Files of these kinds can be attached: ${kinds}.`
  }
  return detail.replace(/([\d,]+) bytes/g, (_, bytes: string) => inMegabytes(bytes)) || title
}

function kindsIn(detail: string): string {
  const types = detail.match(/\b[a-z]+\/[\w.+-]*\w/g) ?? []
  return [...new Set(types.map(kindOf))].join(', ')
}

function kindOf(type: string): string {
  const [family = '', format = ''] = type.split('/')
  if (family === 'image') return 'images'
  if (family === 'text') return 'text'
  if (family === 'audio' || family === 'video') return family
  return format === 'json' || format === 'pdf' ? format.toUpperCase() : format
}

function inMegabytes(bytes: string): string {
  const megabytes = Number(bytes.replaceAll(',', '')) / 1_048_576
  return `${Number(megabytes.toFixed(1))} MB`
}
