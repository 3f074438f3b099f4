namespace CatFunctions.Tests.Dashboard;

/// <summary>Scripts that look for faults in a page, each as a list of what it found.</summary>
internal static class PageChecks
{
    /// <summary>
    /// Visible text whose contrast to the ground is below WCAG 2.2 level AA: 4.5, or 3 for large text.
    /// See https://www.w3.org/TR/WCAG22/#contrast-minimum.
    /// </summary>
    public const string FaintText =
        """
        () => {
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
          return seen > 10 ? [...found] : [`only ${seen} texts seen`];
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
}
