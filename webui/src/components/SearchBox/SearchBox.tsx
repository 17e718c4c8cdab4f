import { Autocomplete } from '@base-ui/react/autocomplete';
import { BookOpen, Search, X } from 'lucide-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './SearchBox.module.css';

export interface SearchSuggestion {
  id: string;
  text: string;
}

const pauseMs = 150;

/** One box: suggests while typing, searches on Enter, opens a suggestion when one is chosen. */
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
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const [suggestions, setSuggestions] = useState<SearchSuggestion[]>([]);
  const [open, setOpen] = useState(false);
  const pending = useRef<{ timer: number; abort: AbortController } | null>(null);
  const input = useRef<HTMLInputElement>(null);

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

  function onType(words: string) {
    setTyped(words);
    cancel();
    if (!words.trim()) {
      setSuggestions([]);
      setOpen(false);
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      suggest(words.trim(), abort.signal).then(
        (found) => {
          if (abort.signal.aborted) return;
          setSuggestions(found);
          setOpen(found.length > 0);
        },
        () => {
          if (!abort.signal.aborted) setSuggestions([]); // Searching itself still works.
        },
      );
    }, pauseMs);
    pending.current = { timer, abort };
  }

  function search(words: string) {
    cancel();
    setOpen(false);
    onSearch(words.trim());
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    search(typed);
  }

  return (
    <form role="search" className={styles.form} onSubmit={onSubmit}>
      <Autocomplete.Root
        items={suggestions}
        mode="none"
        value={typed}
        open={open && suggestions.length > 0}
        onOpenChange={(next) => setOpen(next)}
        onValueChange={(words, details) => {
          if (details.reason === 'item-press') return; // Choosing opens a story; the words stay.
          onType(words);
        }}
        itemToStringValue={(suggestion: SearchSuggestion) => suggestion.text}
      >
        <div className={styles.box}>
          <Search className={styles.glass} strokeWidth={1.75} aria-hidden />
          <Autocomplete.Input
            ref={input}
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
        <Autocomplete.Portal>
          <Autocomplete.Positioner className={styles.positioner} sideOffset={6} align="start">
            <Autocomplete.Popup className={styles.popup}>
              <Autocomplete.List className={styles.list} aria-label={t('search.suggestions')}>
                {(suggestion: SearchSuggestion) => (
                  <Autocomplete.Item
                    key={suggestion.id}
                    value={suggestion}
                    className={styles.item}
                    onClick={() => {
                      cancel();
                      setOpen(false);
                      onChoose(suggestion);
                    }}
                  >
                    <BookOpen strokeWidth={1.75} aria-hidden />
                    <span>{suggestion.text}</span>
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Popup>
          </Autocomplete.Positioner>
        </Autocomplete.Portal>
      </Autocomplete.Root>
    </form>
  );
}
