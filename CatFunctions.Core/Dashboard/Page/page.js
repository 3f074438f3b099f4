// The live page: index.html filled with the report of /api/analytics, one module for each idea.
// Whatever came through Kafka or TheCatAPI is untrusted: it becomes a text node, or the address of an <img> after photoAddress.

import './photo.js';
import './race.js';
import './recent.js';
import './zoom.js';
import './export.js';
import { showBreeds } from './breeds.js';
import { showComparison } from './compare.js';
import { showHealth } from './health.js';
import { latest, onLink, onReport, onTick, poll } from './live.js';
import { onRoute } from './route.js';
import { showLink, showPulse, showView } from './status.js';
import { showTimeline } from './timeline.js';
import { showTotals } from './totals.js';
import { showTrending } from './trending.js';

function show(report) {
  showView(report);
  showTotals(report);
  showComparison(report);
  showTimeline(report);
  showTrending(report);
  showBreeds(report);
  showHealth();
  showLink();
}

onReport(show);
onLink(() => {
  if (latest()) {
    showTrending(latest());
  }
  showHealth();
  showLink();
});
onTick(() => {
  showHealth();
  showPulse();
});
onRoute((now, before) => now.zone !== before.zone && latest() && show(latest()));

poll();
