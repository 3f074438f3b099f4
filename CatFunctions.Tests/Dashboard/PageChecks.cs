namespace CatFunctions.Tests.Dashboard;

/// <summary>Scripts that look for faults in a page, each as a list of what it found.</summary>
internal static class PageChecks
{
    /// <summary>
    /// Visible text whose contrast to the ground is below WCAG 2.2 level AA: 4.5, or 3 for large text.
    /// See https://www.w3.org/TR/WCAG22/#contrast-minimum. Its argument is a number of texts, by default 10: it must see more.
    /// </summary>
    public const string FaintText =
        """
        least => {
          const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
          const over = (color, ground) => {
            canvas.fillStyle = `rgb(${ground.join()})`;
            canvas.fillRect(0, 0, 1, 1);
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
          };
          const groundOf = element => {
            const parent = element.parentElement ? groundOf(element.parentElement) : [255, 255, 255];
            return over(getComputedStyle(element).backgroundColor, parent);
          };
          const luminance = rgb => {
            const [r, g, b] = rgb.map(part => part / 255).map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
            return .2126 * r + .7152 * g + .0722 * b;
          };
          const found = new Set();
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          let seen = 0;
          while (texts.nextNode()) {
            const element = texts.currentNode.parentElement;
            if (!texts.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true }) || element.closest('.unseen, noscript')) {
              continue;
            }
            seen++;
            const style = getComputedStyle(element);
            const ground = groundOf(element);
            const [a, b] = [luminance(over(element instanceof SVGElement ? style.fill : style.color, ground)), luminance(ground)];
            const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            const size = parseFloat(style.fontSize);
            const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
            if (contrast < (large ? 3 : 4.5)) {
              found.add(`${contrast.toFixed(2)} "${texts.currentNode.data.trim()}" (${element.tagName} ${element.className})`);
            }
          }
          return seen > (least ?? 10) ? [...found] : [`only ${seen} texts seen`];
        }
        """;

    /// <summary>Ids that appear twice, levels of headings left out, images without alt, controls without a name.</summary>
    public const string BrokenStructure =
        """
        () => {
          const found = [];
          const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
          ids.filter((id, i) => ids.indexOf(id) !== i).forEach(id => found.push(`id ${id} appears twice`));
          const levels = [...document.querySelectorAll('h1, h2, h3, h4')].filter(h => h.checkVisibility()).map(h => Number(h.tagName[1]));
          levels.forEach((level, i) => level > (levels[i - 1] ?? 0) + 1 && found.push(`heading ${i} skips a level`));
          document.querySelectorAll('img:not([alt])').forEach(image => found.push(`no alt: ${image.src}`));
          document.querySelectorAll('button, input, summary, [tabindex]').forEach(control => {
            const label = control.getAttribute('aria-labelledby')?.split(' ').map(id => document.getElementById(id)?.textContent).join('')
              ?? control.closest('label')?.textContent ?? control.textContent;
            label?.trim() || found.push(`no name: ${control.outerHTML}`);
          });
          document.querySelectorAll('[aria-labelledby], [aria-describedby]').forEach(element =>
            ['aria-labelledby', 'aria-describedby'].flatMap(name => element.getAttribute(name)?.split(' ') ?? [])
              .forEach(id => document.getElementById(id) || found.push(`${id} is nowhere`)));
          return found;
        }
        """;

    /// <summary>Visible texts that lie over each other.</summary>
    public const string Collisions =
        """
        () => {
          const boxes = [];
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (texts.nextNode()) {
            const element = texts.currentNode.parentElement;
            if (texts.currentNode.data.trim() && element.checkVisibility({ visibilityProperty: true }) && !element.closest('.unseen, noscript, .readout')) {
              const range = document.createRange();
              range.selectNodeContents(texts.currentNode);
              for (const rect of range.getClientRects()) {
                const box = { text: texts.currentNode.data.trim(), node: texts.currentNode, left: rect.left + 1, right: rect.right - 1, top: rect.top + 3, bottom: rect.bottom - 3 };
                for (let around = element; around; around = around.parentElement) {
                  if (getComputedStyle(around).overflowX !== 'visible') {
                    const clip = around.getBoundingClientRect();
                    Object.assign(box, { left: Math.max(box.left, clip.left), right: Math.min(box.right, clip.right), top: Math.max(box.top, clip.top), bottom: Math.min(box.bottom, clip.bottom) });
                  }
                }
                if (box.left < box.right && box.top < box.bottom) {
                  boxes.push(box);
                }
              }
            }
          }
          const found = new Set();
          boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
            if (a.node !== b.node && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) {
              found.add(`${a.text} / ${b.text}`);
            }
          }));
          return boxes.length > 10 ? [...found] : [`only ${boxes.length} texts seen`];
        }
        """;

    /// <summary>
    /// The contrast of graphics to the ground that they are on. See https://www.w3.org/TR/WCAG22/#non-text-contrast.
    /// </summary>
    public const string GraphicContrasts =
        """
        () => {
          const luminance = color => {
            const [r, g, b] = color.match(/[\d.]+/g).map(part => part / 255).map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
            return .2126 * r + .7152 * g + .0722 * b;
          };
          const contrast = (one, other) => {
            const [a, b] = [luminance(one), luminance(other)];
            return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
          };
          const style = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
          const card = style('.timeline', 'backgroundColor');
          const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
          canvas.fillStyle = card;
          canvas.fillRect(0, 0, 1, 1);
          canvas.fillStyle = style('.track', 'backgroundColor');
          canvas.fillRect(0, 0, 1, 1);
          const track = `rgb(${[...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)].join()})`;
          return {
            'views on card': contrast(style('.bar:not(.open) .v', 'fill'), card),
            'likes on card': contrast(style('.bar .l', 'fill'), card),
            'unfinished bar on card': contrast(style('.bar.open .v', 'stroke'), card),
            'gap on card': contrast(style('#hatch rect', 'fill'), card),
            'views on track': contrast(style('.breeds .track i', 'backgroundColor'), track),
            'likes on track': contrast(style('.breeds .track i + i', 'backgroundColor'), track),
            'state on card': contrast(style('.health .dot', 'backgroundColor'), card),
          };
        }
        """;

    /// <summary>Numbers that are wider than their element.</summary>
    public const string Clipped =
        """
        () => [...document.querySelectorAll('.figure, .note, .value, td, dd, .counts span')].flatMap(element => {
          const { left, right } = element.getBoundingClientRect();
          const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
          const found = [];
          while (texts.nextNode()) {
            const range = document.createRange();
            range.selectNodeContents(texts.currentNode);
            const text = range.getBoundingClientRect();
            if (!texts.currentNode.parentElement.closest('.unseen') && (text.left < left - 1 || text.right > right + 1)) {
              found.push(`${element.id || element.className}: ${texts.currentNode.data}`);
            }
          }
          return found;
        })
        """;
}
