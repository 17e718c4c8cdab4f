import { useInfiniteQuery } from '@tanstack/react-query';
import { SlidersHorizontal } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type SearchTerms, legaciesQuery } from '@/api/queries';
import type { StoryStatus } from '@/api/types';
import { Button } from '@/components/Button/Button';
import { SelectField, TextField } from '@/components/Field/Field';
import { edtfToWords, readDate } from '@/i18n/edtf';
import { languageChoices } from '@/i18n/format';
import styles from './Search.module.css';

/** What narrows a search. Applied together, by one button; each then stands as a chip. */
export function Filters({
  terms,
  onApply,
}: {
  terms: SearchTerms;
  onApply: (terms: SearchTerms) => void;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <details
      className={styles.filters}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <SlidersHorizontal strokeWidth={1.75} aria-hidden /> {t('search.filters')}
      </summary>
      {open && <FilterForm terms={terms} onApply={onApply} />}
    </details>
  );
}

const inWords = (edtf: string | undefined) => (edtf ? edtfToWords(edtf) : '');

function FilterForm({
  terms,
  onApply,
}: {
  terms: SearchTerms;
  onApply: (terms: SearchTerms) => void;
}) {
  const { t } = useTranslation();
  const legacies = useInfiniteQuery(legaciesQuery);
  const all = legacies.data?.pages.flatMap((page) => page.items) ?? [];
  const [legacy, setLegacy] = useState(terms.legacy ?? '');
  const [tag, setTag] = useState('');
  const [author, setAuthor] = useState(terms.author ?? '');
  const [from, setFrom] = useState(inWords(terms.from));
  const [to, setTo] = useState(inWords(terms.to));
  const [lang, setLang] = useState(terms.lang ?? '');
  const [status, setStatus] = useState<StoryStatus | ''>(terms.status ?? '');
  const [tried, setTried] = useState(false);
  const bad = (typed: string) =>
    tried && typed.trim() !== '' && !readDate(typed) ? t('search.badDate') : undefined;

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    const first = readDate(from);
    const last = readDate(to);
    if ((from.trim() && !first) || (to.trim() && !last)) return;
    const tags = [...new Set([...(terms.tag ?? []), tag.trim()])].filter(Boolean).slice(0, 8);
    onApply({
      q: terms.q,
      legacy: legacy || undefined,
      author: author.trim() || undefined,
      from: first ?? undefined,
      to: last ?? undefined,
      lang: lang || undefined,
      status: status || undefined,
      tag: tags.length > 0 ? tags : undefined,
    });
  }

  return (
    <form onSubmit={submit} className={styles.filterForm} noValidate>
      <SelectField
        label={t('search.legacy')}
        value={legacy}
        onChange={(event) => setLegacy(event.target.value)}
        choices={[
          { value: '', label: t('search.anyLegacy') },
          ...all.map(({ id, title }) => ({ value: id, label: title })),
        ]}
      />
      <TextField
        label={t('search.author')}
        maxLength={200}
        value={author}
        onChange={(event) => setAuthor(event.target.value)}
      />
      <TextField
        label={t('search.tag')}
        maxLength={64}
        value={tag}
        onChange={(event) => setTag(event.target.value)}
      />
      <TextField
        label={t('search.from')}
        placeholder={t('date.examples.about')}
        error={bad(from)}
        value={from}
        onChange={(event) => setFrom(event.target.value)}
      />
      <TextField
        label={t('search.to')}
        placeholder={t('date.examples.decade')}
        error={bad(to)}
        value={to}
        onChange={(event) => setTo(event.target.value)}
      />
      <SelectField
        label={t('search.lang')}
        value={lang}
        onChange={(event) => setLang(event.target.value)}
        choices={[{ value: '', label: t('search.anyLang') }, ...languageChoices(terms.lang)]}
      />
      <SelectField
        label={t('search.status')}
        value={status}
        onChange={(event) => setStatus(event.target.value as StoryStatus | '')}
        choices={[
          { value: '', label: t('search.anyStatus') },
          { value: 'draft', label: t('story.draft') },
          { value: 'archived', label: t('story.archived') },
        ]}
      />
      <div className={styles.apply}>
        <Button type="submit" look="primary">
          {t('search.filterAdd')}
        </Button>
      </div>
    </form>
  );
}
