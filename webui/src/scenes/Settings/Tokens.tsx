import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createToken, revokeToken, tokensQuery } from '@/api/account';
import { fieldMessages } from '@/api/errors';
import type { NewToken, Scope, Token } from '@/api/types';
import { Button } from '@/components/Button/Button';
import { TextField } from '@/components/Field/Field';
import { Notice } from '@/components/Notice/Notice';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { dayOf, minuteOf } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import styles from './Settings.module.css';

const scopes: readonly Scope[] = [
  'stories:read',
  'stories:write',
  'legacies:read',
  'legacies:write',
  'legacies:export',
  'members:write',
  'audit:read',
  'events:redrive',
];

export function Tokens() {
  const { t } = useTranslation();
  const tokens = useInfiniteQuery(tokensQuery);
  const items = tokens.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby="tokens" className={styles.section}>
      <h2 id="tokens">{t('settings.tokens')}</h2>
      <p className={styles.lead}>{t('settings.tokensLead')}</p>
      {tokens.isPending && <Skeleton shape="form" />}
      {tokens.isError && <Trouble error={tokens.error} onRetry={() => void tokens.refetch()} />}
      <ul role="list" className={styles.list}>
        {items.map((token) => (
          <TokenLine key={token.id} token={token} />
        ))}
      </ul>
      {tokens.hasNextPage && (
        <Button busy={tokens.isFetchingNextPage} onClick={() => void tokens.fetchNextPage()}>
          {t('app.loadMore')}
        </Button>
      )}
      <MakeToken />
    </section>
  );
}

function TokenLine({ token }: { token: Token }) {
  const { t } = useTranslation();
  const revoking = useMutation({ mutationFn: () => revokeToken(token.id) });
  return (
    <li className={styles.line}>
      <KeyRound strokeWidth={1.5} aria-hidden className={styles.icon} />
      <div className={styles.what}>
        <strong>{token.name}</strong>
        <span className={styles.small}>
          {token.scopes.length > 0 ? token.scopes.join(', ') : t('settings.tokenAll')}
        </span>
        <span className={styles.small}>
          {t('settings.tokenMade', { when: dayOf(token.created_at) })}
          {' · '}
          {token.last_used_at
            ? t('settings.tokenUsed', { when: minuteOf(token.last_used_at) })
            : t('settings.tokenUnused')}
        </span>
      </div>
      <Button
        look="quiet"
        busy={revoking.isPending}
        aria-label={t('settings.revokeNamed', { name: token.name })}
        onClick={() => revoking.mutate()}
      >
        {t('settings.revoke')}
      </Button>
      {revoking.isError && <Trouble error={revoking.error} />}
    </li>
  );
}

function MakeToken() {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<Scope[]>(['stories:read']);
  const [attempt, setAttempt] = useState(() => crypto.randomUUID());
  const making = useMutation({
    mutationFn: () => createToken(attempt, { name: name.trim(), scopes: chosen }),
    onSuccess: () => setName(''),
    onSettled: () => setAttempt(crypto.randomUUID()),
  });
  const wrong = fieldMessages(making.error, ['name']);
  const elsewhere = making.isError && !wrong.at.name;

  function submit(event: FormEvent) {
    event.preventDefault();
    making.mutate();
  }

  function toggle(scope: Scope, on: boolean) {
    setChosen((now) => (on ? [...now, scope] : now.filter((other) => other !== scope)));
  }

  return (
    <>
      <form onSubmit={submit} className={styles.form}>
        <TextField
          label={t('settings.tokenName')}
          hint={t('settings.tokenNameHint')}
          required
          maxLength={100}
          autoComplete="off"
          error={wrong.at.name}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <fieldset className={styles.scopes}>
          <legend>{t('settings.scopes')}</legend>
          {scopes.map((scope) => (
            <label key={scope}>
              <input
                type="checkbox"
                checked={chosen.includes(scope)}
                onChange={(event) => toggle(scope, event.target.checked)}
              />
              {t(`settings.scope.${scope.replace(':', '-') as ScopeWord}`)}
            </label>
          ))}
          {chosen.length === 0 && <p className={styles.small}>{t('settings.scopesNone')}</p>}
        </fieldset>
        <div>
          <Button type="submit" busy={making.isPending}>
            {t('settings.tokenMake')}
          </Button>
        </div>
      </form>
      {making.isSuccess && <Shown token={making.data} />}
      {elsewhere && <Trouble error={making.error} />}
    </>
  );
}

type ScopeWord =
  | 'stories-read'
  | 'stories-write'
  | 'legacies-read'
  | 'legacies-write'
  | 'legacies-export'
  | 'members-write'
  | 'audit-read';

function Shown({ token }: { token: NewToken }) {
  const { t } = useTranslation();
  return (
    <Notice tone="good">
      <p>{t('settings.tokenShown', { name: token.name })}</p>
      <code className={styles.secret}>{token.secret}</code>
    </Notice>
  );
}
