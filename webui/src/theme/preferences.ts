// Theme and text size of this browser. public/theme-boot.js reads the same keys before the first paint.
export const themes = ['system', 'light', 'dark'] as const;
export const textSizes = ['s', 'm', 'l', 'xl', 'xxl'] as const;
export type Theme = (typeof themes)[number];
export type TextSize = (typeof textSizes)[number];

const keys = { theme: 'heirloom.theme', textSize: 'heirloom.textSize' };

function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage is closed to us: the choice lasts as long as this page.
  }
}

export function currentTheme(): Theme {
  const value = document.documentElement.dataset.theme;
  return themes.find((theme) => theme === value) ?? 'system';
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  keep(keys.theme, theme === 'system' ? null : theme);
}

export function currentTextSize(): TextSize {
  const value = document.documentElement.dataset.textSize;
  return textSizes.find((size) => size === value) ?? 'm';
}

export function chooseTextSize(size: TextSize): void {
  if (size === 'm') delete document.documentElement.dataset.textSize;
  else document.documentElement.dataset.textSize = size;
  keep(keys.textSize, size === 'm' ? null : size);
}
