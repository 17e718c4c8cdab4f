// Runs before the first paint, outside the bundle: the policy forbids inline scripts, and a module
// would come too late to spare the eyes a white flash. Keys and values: src/theme/preferences.ts.
(function () {
  try {
    var root = document.documentElement;
    var theme = localStorage.getItem('heirloom.theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    var size = localStorage.getItem('heirloom.textSize');
    if (/^(s|l|xl|xxl)$/.test(size || '')) root.dataset.textSize = size;
  } catch {
    // Storage is closed to us: the system's theme and the usual size do.
  }
})();
