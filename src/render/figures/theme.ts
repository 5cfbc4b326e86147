/** The theme of a page: the system's, or the page's own. */

export type Theme = 'auto' | 'light' | 'dark';

/** What comes after each where one changes it. */
export const nextTheme: Readonly<Record<Theme, Theme>> = { auto: 'dark', dark: 'light', light: 'auto' };

/** What the button for it says. */
export function themeText(theme: Theme): string {
  return `Theme: ${theme === 'auto' ? 'system' : theme} (d)`;
}

/** What an address says; what makes no sense counts as not said. */
export function themeOf(word: string | null): Theme {
  return word === 'light' || word === 'dark' ? word : 'auto';
}
