import { measures, type Measure, type Values } from '../measurements.ts'
import { figure, format, measured } from './figures.ts'

/** A Markdown table: a row for each contender, a column for each measure. */
export function renderTable(values: Values, columns: readonly Measure[]): string {
  const rows = measured(values).map(({ name, title }) =>
    row([title, ...columns.map((measure) => format(figure(values, name, measure)))]),
  )
  const head = row(['', ...columns.map((measure) => measures[measure])])
  return [head, row(['---', ...columns.map(() => '---:')]), ...rows].join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
