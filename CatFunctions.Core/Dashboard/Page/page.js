// The live page: index.html filled with the report of /api/analytics, one module for each idea.
// Whatever came through Kafka or TheCatAPI is untrusted: it becomes a text node, or the address of an <img> after photoAddress.

import { showBestRated, showBreeds, showMostLiked, showMostViewed, showTrending } from './boards.js';
import { showHealth } from './health.js';
import { latest, onLink, onReport, poll } from './live.js';
import { showEmpty, showLink } from './status.js';
import { showTimeline } from './timeline.js';
import { showTotals } from './totals.js';

onReport(report => {
  const { window, generatedAt, totals, timeline, leaderboards, breeds } = report;
  showEmpty(report);
  showTotals(totals, window);
  showTimeline(timeline, Date.parse(generatedAt));
  showTrending(leaderboards.trending);
  showMostViewed(leaderboards.mostViewed);
  showMostLiked(leaderboards.mostLiked);
  showBestRated(leaderboards.bestRated);
  showBreeds(breeds);
});

onLink(trouble => {
  if (trouble === null) {
    showHealth(latest().health);
  }
  showLink(trouble);
});

poll();
