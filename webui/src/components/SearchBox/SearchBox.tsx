import { BookOpen, Search, X } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './SearchBox.module.css';

export interface SearchSuggestion {
  /** Of the story it is; a word that completes the last one typed has none. */
  id?: string | undefined;
  text: string;
}

/** Puts `word` in place of the last word typed. */
function complete(typed: string, word: string): string {
  return typed.replace(/\S*$/u, word);
}

const pauseMs = 150;

/**
 * One box: suggests while typing, searches on Enter, opens a suggestion when one is chosen. The
 * ARIA 1.2 combobox with a list: the focus stays in the input, arrows walk the list. (Ready-made
 * ones hide the rest of the page from screen readers while the list is open.)
 */
export function SearchBox({
  value,
  onSearch,
  onChoose,
  suggest,
  autoFocus,
}: {
  value: string;
  onSearch: (words: string) => void;
  onChoose: (suggestion: SearchSuggestion) => void;
  suggest: (words: string, signal: AbortSignal) => Promise<SearchSuggestion[]>;
  autoFocus?: boolean;
}) {
  const { t } = useTranslation();
  const listId = useId();
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const [suggestions, setSuggestions] = useState<SearchSuggestion[]>([]);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const pending = useRef<{ timer: number; abort: AbortController } | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const shown = open && suggestions.length > 0;

  // The address bar changed (back, a chip): follow it.
  if (value !== known) {
    setKnown(value);
    setTyped(value);
  }

  function cancel() {
    if (!pending.current) return;
    clearTimeout(pending.current.timer);
    pending.current.abort.abort();
    pending.current = null;
  }
  useEffect(() => cancel, []);

  function close() {
    cancel();
    setOpen(false);
    setActive(-1);
  }

  function onType(words: string) {
    setTyped(words);
    cancel();
    setActive(-1);
    if (!words.trim()) {
      setSuggestions([]);
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      suggest(words.trim(), abort.signal).then(
        (found) => {
          if (abort.signal.aborted) return;
          setSuggestions(found);
          setOpen(true);
        },
        () => {
          if (!abort.signal.aborted) setSuggestions([]); // Searching itself still works.
        },
      );
    }, pauseMs);
    pending.current = { timer, abort };
  }

  function search(words: string) {
    close();
    onSearch(words.trim());
  }

  function choose(suggestion: SearchSuggestion) {
    close();
    if (suggestion.id) {
      onChoose(suggestion);
      return;
    }
    const words = complete(typed, suggestion.text);
    setTyped(words);
    onSearch(words.trim());
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const count = suggestions.length;
    if (event.key === 'Escape' && shown) {
      event.preventDefault();
      close();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && count > 0) {
      event.preventDefault();
      setOpen(true);
      // Before the first and after the last stands the input itself.
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive(((active + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === 'Enter') {
      const suggestion = shown ? suggestions[active] : undefined;
      if (!suggestion) return;
      event.preventDefault();
      choose(suggestion);
    }
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    search(typed);
  }

  return (
    <form role="search" className={styles.form} onSubmit={onSubmit}>
      <div className={styles.box}>
        <Search className={styles.glass} strokeWidth={1.75} aria-hidden />
        <input
          ref={input}
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={shown}
          aria-controls={listId}
          aria-activedescendant={shown && active >= 0 ? `${listId}-${active}` : undefined}
          type="text"
          inputMode="search"
          enterKeyHint="search"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={400}
          autoFocus={autoFocus}
          aria-label={t('search.label')}
          placeholder={t('search.placeholder')}
          className={styles.input}
          value={typed}
          onChange={(event) => onType(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={close}
        />
        {typed && (
          <button
            type="button"
            className={styles.clear}
            aria-label={t('search.clear')}
            onClick={() => {
              setTyped('');
              setSuggestions([]);
              search('');
              input.current?.focus();
            }}
          >
            <X strokeWidth={1.75} aria-hidden />
          </button>
        )}
        <button type="submit" className={styles.submit}>
          {t('search.submit')}
        </button>
      </div>
      <div
        id={listId}
        role="listbox"
        aria-label={t('search.suggestions')}
        className={styles.list}
        hidden={!shown}
      >
        {suggestions.map((suggestion, index) => (
          // The keyboard reaches these through the input above.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={suggestion.id ?? suggestion.text}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={styles.item}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(suggestion)}
          >
            {suggestion.id ? (
              <BookOpen strokeWidth={1.75} aria-hidden />
            ) : (
              <Search strokeWidth={1.75} aria-hidden />
            )}
            <span>{suggestion.text}</span>
          </div>
        ))}
      </div>
      <p className="visually-hidden" role="status">
        {shown && t('search.suggestionCount', { count: suggestions.length })}
      </p>
    </form>
  );
}
