// What is shown, for use elsewhere: as CSV and JSON from the API, the chart as a picture, a link to share.

import { apiAddress } from './address.js';
import { $ } from './elements.js';
import { latest, onReport } from './live.js';
import { onRoute, routeAddress } from './route.js';
import { tableAddress } from './table.js';
import { periodOf, viewParameters } from './windows.js';

const scale = 2;
const padding = 20;
const head = 62;

function showLinks() {
  $('export-csv').href = apiAddress('analytics', { ...viewParameters(), format: 'csv' });
  $('export-json').href = apiAddress('analytics', { ...viewParameters(), top: 100 });
  $('photos-csv').href = tableAddress({ format: 'csv' });
  $('photos-json').href = tableAddress({});
}

/** Draws the shapes and texts of the chart as they look now: a picture of the SVG itself would need an address that the page's policy forbids. */
function drawChart(context, svg) {
  const origin = svg.getBoundingClientRect();
  for (const element of svg.querySelectorAll('rect, line, path, text')) {
    const style = getComputedStyle(element);
    if (element.closest('defs') || style.visibility === 'hidden' || style.display === 'none') {
      continue;
    }
    const { left, top } = origin;
    const { a, b, c, d, e, f } = element.getScreenCTM();
    context.save();
    context.transform(a, b, c, d, e - left, f - top);
    const [fill, stroke] = [style.fill, style.stroke];
    // A pattern is drawn as a faint tone of what it consists of.
    const pattern = fill.startsWith('url') ? svg.querySelector(`${/#[\w-]+/.exec(fill)[0]} rect`) : null;
    context.globalAlpha = pattern ? .4 : 1;
    context.fillStyle = pattern ? getComputedStyle(pattern).fill : fill === 'none' ? 'transparent' : fill;
    context.strokeStyle = stroke === 'none' ? 'transparent' : stroke;
    context.lineWidth = parseFloat(style.strokeWidth);
    context.setLineDash(style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(',').map(parseFloat));
    if (element.localName === 'text') {
      context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      context.textAlign = { middle: 'center', end: 'right' }[style.textAnchor] ?? 'left';
      context.fillText(element.textContent, Number(element.getAttribute('x')), Number(element.getAttribute('y')));
    } else {
      const shape = new Path2D(element.localName === 'path' ? element.getAttribute('d') : undefined);
      const [x, y, width, height, x1, y1, x2, y2] = ['x', 'y', 'width', 'height', 'x1', 'y1', 'x2', 'y2'].map(name => Number(element.getAttribute(name)));
      if (element.localName === 'rect') {
        shape.rect(x, y, width, height);
      } else if (element.localName === 'line') {
        shape.moveTo(x1, y1);
        shape.lineTo(x2, y2);
      }
      context.fill(shape);
      context.globalAlpha = 1;
      context.stroke(shape);
    }
    context.restore();
  }
}

function createPicture() {
  const svg = $('plot');
  const { width, height } = svg.getBoundingClientRect();
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil((width + 2 * padding) * scale);
  canvas.height = Math.ceil((height + head + padding) * scale);
  const context = canvas.getContext('2d');
  const { color, fontFamily } = getComputedStyle(document.body);
  context.scale(scale, scale);
  context.fillStyle = getComputedStyle(svg.closest('.card')).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = color;
  context.font = `700 17px ${fontFamily}`;
  context.fillText(`Views and likes of cats ${periodOf(latest())}`, padding, 30);
  context.font = `13px ${fontFamily}`;
  let left = padding;
  for (const key of document.querySelectorAll('.legend .key:not([hidden])')) {
    const swatch = getComputedStyle(key, '::before');
    context.fillStyle = swatch.backgroundColor;
    const thickness = parseFloat(swatch.height);
    context.fillRect(left, 47 - thickness / 2, 10, thickness);
    context.fillStyle = color;
    context.fillText(key.textContent, left + 15, 52);
    left += 33 + context.measureText(key.textContent).width;
  }
  context.fillText($('timeline-unit').textContent, left, 52);
  context.translate(padding, head);
  drawChart(context, svg);
  return canvas;
}

$('export-png').addEventListener('click', () => createPicture().toBlob(blob => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `cats-${new Date(latest().generatedAt).toISOString().slice(0, 16).replace(/[-:]/g, '')}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}));

/** The address without the function key: who gets it has a key of their own. */
const sharedAddress = () => routeAddress({ code: null });

$('export-link').addEventListener('click', async () => {
  await navigator.clipboard.writeText(sharedAddress());
  $('export-link').textContent = 'Link copied';
  setTimeout(() => $('export-link').textContent = 'Copy link', 3000);
});
onReport(showLinks);
onRoute(showLinks);
