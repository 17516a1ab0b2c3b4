import { measures, type Measure, type Values } from '../measurements.ts'
import { figure, format, measured } from './figures.ts'

const width = 760
const labelWidth = 210
const barHeight = 20
const rowHeight = 30
const panelGap = 46

/** Bars of what each costs, as SVG that reads on light and on dark. */
export function renderChart(values: Values, panels: readonly Measure[]): string {
  let y = 8
  const body: string[] = []
  for (const measure of panels) {
    const bars = measured(values).flatMap(({ name, title }) => {
      const value = figure(values, name, measure)
      return value === undefined ? [] : [{ title: title.replaceAll(/[*`]/g, ''), name, value }]
    })
    const most = Math.max(...bars.map(({ value }) => value))
    body.push(`<text x="0" y="${y + 14}" class="head">${measures[measure]}</text>`)
    y += 26
    for (const { title, name, value } of bars) {
      const length = Math.max(2, ((width - labelWidth - 70) * value) / most)
      const kind = name === 'assistant-ui-proxy' ? 'bar us' : 'bar'
      body.push(
        `<text x="${labelWidth - 10}" y="${y + 15}" class="label">${title}</text>`,
        `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="3" class="${kind}"/>`,
        `<text x="${(labelWidth + length + 8).toFixed(1)}" y="${y + 15}" class="value">${format(value)}</text>`,
      )
      y += rowHeight
    }
    y += panelGap - rowHeight
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img" aria-label="What each costs">
<style>
text { font: 13px system-ui, sans-serif; fill: #57606a }
.head { font-weight: 600; fill: #24292f }
.label { text-anchor: end }
.bar { fill: #afb8c1 }
.us { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1 }
  .head { fill: #f0f6fc }
  .bar { fill: #484f58 }
  .us { fill: #388bfd }
}
</style>
${body.join('\n')}
</svg>
`
}
