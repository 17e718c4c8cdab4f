import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { type SearchTerms, legacyQuery, searchQuery, suggest } from '@/api/queries';
import { noticeSessionEnd } from '@/api/queryClient';
import type { StoryStatus } from '@/api/types';
import { Button } from '@/components/Button/Button';
import { RemovableChip } from '@/components/Chip/Chip';
import { EmptyState } from '@/components/EmptyState/EmptyState';
import { Page, PageTitle } from '@/components/Page/Page';
import { SearchBox } from '@/components/SearchBox/SearchBox';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { StoryList } from '@/components/StoryList/StoryList';
import { edtfToWords } from '@/i18n/edtf';
import { languageName } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import { Filters } from './Filters';
import { type Filter, filtersOf, isBlank, readTerms, withoutFilter, writeTerms } from './terms';
import styles from './Search.module.css';

export function Component() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const terms = readTerms(search);
  const blank = isBlank(terms);
  const go = (next: SearchTerms) => setSearch(writeTerms(next), { preventScrollReset: true });

  async function suggestHere(words: string, signal: AbortSignal) {
    try {
      return await suggest(words, terms.legacy, signal);
    } catch (error) {
      noticeSessionEnd(error);
      throw error;
    }
  }

  return (
    <Page>
      <div className={styles.search}>
        <PageTitle name={terms.q ? `${terms.q} · ${t('search.title')}` : t('search.title')} hidden>
          {t('search.title')}
        </PageTitle>
        <SearchBox
          value={terms.q ?? ''}
          autoFocus={blank}
          suggest={suggestHere}
          onSearch={(q) => go({ ...terms, q: q || undefined })}
          onChoose={({ id }) => void navigate(`/stories/${id ?? ''}`)}
        />
        <Filters key={writeTerms(terms).toString()} terms={terms} onApply={go} />
        <Chips terms={terms} onChange={go} />
        {blank ? (
          <EmptyState drawing="lamp" title={t('search.startTitle')}>
            {t('search.start')}
          </EmptyState>
        ) : (
          <Results terms={terms} onSearch={(q) => go({ ...terms, q })} />
        )}
      </div>
    </Page>
  );
}

function Chips({
  terms,
  onChange,
}: {
  terms: SearchTerms;
  onChange: (terms: SearchTerms) => void;
}) {
  const { t } = useTranslation();
  const filters = filtersOf(terms);
  const legacy = useQuery({ ...legacyQuery(terms.legacy ?? ''), enabled: Boolean(terms.legacy) });
  if (filters.length === 0) return null;

  function label({ name, value }: Filter): string {
    switch (name) {
      case 'legacy':
        return t('search.chipLegacy', { value: legacy.data?.value.title ?? '…' });
      case 'tag':
        return t('search.chipTag', { value });
      case 'author':
        return t('search.chipAuthor', { value });
      case 'from':
        return t('search.chipFrom', { value: edtfToWords(value) });
      case 'to':
        return t('search.chipTo', { value: edtfToWords(value) });
      case 'lang':
        return t('search.chipLang', { value: languageName(value) });
      case 'status':
        return t(`story.${value as StoryStatus}`);
    }
  }

  return (
    <div className={styles.chips}>
      <ul role="list" aria-label={t('search.chips')} className={styles.chipList}>
        {filters.map((filter) => (
          <li key={`${filter.name} ${filter.value}`}>
            <RemovableChip
              removeLabel={t('search.chipRemove', { label: label(filter) })}
              onRemove={() => onChange(withoutFilter(terms, filter))}
            >
              {label(filter)}
            </RemovableChip>
          </li>
        ))}
      </ul>
      {filters.length > 1 && (
        <Button look="quiet" onClick={() => onChange({ q: terms.q })}>
          {t('search.clearAll')}
        </Button>
      )}
    </div>
  );
}

function Results({ terms, onSearch }: { terms: SearchTerms; onSearch: (words: string) => void }) {
  const { t } = useTranslation();
  const found = useInfiniteQuery(searchQuery(terms));
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const stale = found.data?.pages.some((page) => page.stale);
  const meant = found.data?.pages[0]?.did_you_mean;
  if (found.isError) {
    return <Trouble error={found.error} onRetry={() => void found.refetch()} />;
  }
  if (found.isPending) return <Skeleton shape="list" />;
  return (
    <section aria-label={t('search.title')}>
      <div className={styles.summary} role="status">
        {items.length === 0 ? (
          <EmptyState drawing="lamp" title={t('search.noneTitle')}>
            {t('search.none')}
          </EmptyState>
        ) : (
          <h2 className={styles.count}>
            {t(found.hasNextPage ? 'search.resultsMore' : 'search.results', {
              count: items.length,
            })}
          </h2>
        )}
        {meant && (
          <p className={styles.meant}>
            {t('search.didYouMean')}{' '}
            <button type="button" onClick={() => onSearch(meant)}>
              {meant}
            </button>
          </p>
        )}
        {stale && <p className={styles.stale}>{t('search.stale')}</p>}
      </div>
      <StoryList stories={items}>
        {(hit) =>
          hit.highlights.length > 0
            ? hit.highlights.map(({ text, match }, index) =>
                // Pieces of one sentence: their place is their identity.
                match ? <mark key={index}>{text}</mark> : text,
              )
            : hit.snippet
        }
      </StoryList>
      {found.hasNextPage && (
        <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('app.loadMore')}
        </Button>
      )}
    </section>
  );
}
