import { toReliabilityBins, type Outcome } from './outcome.ts';

const side = 320;
const left = 56;
const top = 40;

/** How often answers of each range of confidence are right, as SVG: on the diagonal, confidences are honest. */
export function drawReliability(title: string, outcomes: readonly Outcome[]): string {
  const bins = toReliabilityBins(outcomes);
  const x = (value: number): string => (left + value * side).toFixed(1);
  const y = (value: number): string => (top + (1 - value) * side).toFixed(1);
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((tick) => [
    `<line x1="${x(tick)}" y1="${y(0)}" x2="${x(tick)}" y2="${y(1)}" stroke="#ddd"/>`,
    `<line x1="${x(0)}" y1="${y(tick)}" x2="${x(1)}" y2="${y(tick)}" stroke="#ddd"/>`,
    `<text x="${x(tick)}" y="${top + side + 16}" text-anchor="middle">${tick}</text>`,
    `<text x="${left - 8}" y="${Number(y(tick)) + 4}" text-anchor="end">${tick}</text>`,
  ]);
  const points = bins.flatMap(({ meanConfidence, accuracy, count }) => {
    const radius = (3 + 10 * Math.sqrt(count / outcomes.length)).toFixed(1);
    return [
      `<line x1="${x(meanConfidence)}" y1="${y(meanConfidence)}" x2="${x(meanConfidence)}" y2="${y(accuracy)}" stroke="#b33"/>`,
      `<circle cx="${x(meanConfidence)}" cy="${y(accuracy)}" r="${radius}" fill="#1a5fb4" fill-opacity="0.75"><title>${count} documents</title></circle>`,
      `<text x="${Number(x(meanConfidence)) - 14}" y="${Number(y(accuracy)) - 8}" text-anchor="end" fill="#555">${count}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + side + 24}" height="${top + side + 44}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${left}" y="22" font-size="13">${title}</text>`,
    ...ticks,
    `<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#999" stroke-dasharray="4 3"/>`,
    ...points,
    `<text x="${x(0.5)}" y="${top + side + 36}" text-anchor="middle">mean confidence of the range</text>`,
    `<text transform="translate(16 ${y(0.5)}) rotate(-90)" text-anchor="middle">share that is right</text>`,
    '</svg>',
    '',
  ].join('\n');
}
