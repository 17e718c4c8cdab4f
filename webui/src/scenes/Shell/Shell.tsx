import { useQuery } from '@tanstack/react-query';
import { House, PenLine, Search, WifiOff } from 'lucide-react';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import {
  NavLink,
  Outlet,
  ScrollRestoration,
  useMatches,
  useNavigation,
  useSubmit,
} from 'react-router';
import { isReachable, onConnectionChange } from '@/api/connection';
import { meQuery } from '@/api/queries';
import { queryClient } from '@/api/queryClient';
import { AccountMenu } from '@/components/AccountMenu/AccountMenu';
import styles from './Shell.module.css';

/** What a route may ask of the frame around it. */
export interface RouteHandle {
  /** A desk: phones hide the bar at the bottom, so that the keyboard leaves room to write. */
  desk?: boolean;
}

/** The outermost frame, with or without a session. */
export function Root() {
  return (
    <>
      <Unreachable />
      <Outlet />
      <ScrollRestoration />
    </>
  );
}

function Unreachable() {
  const { t } = useTranslation();
  const reachable = useSyncExternalStore(onConnectionChange, isReachable);
  const before = useRef(reachable);
  useEffect(() => {
    if (reachable && !before.current) void queryClient.invalidateQueries();
    before.current = reachable;
  }, [reachable]);
  return (
    <div role="status" className={styles.unreachable}>
      {!reachable && (
        <p>
          <WifiOff strokeWidth={1.75} aria-hidden /> {t('app.unreachable')}
        </p>
      )}
    </div>
  );
}

const places = [
  { to: '/', word: 'home', Icon: House },
  { to: '/write', word: 'write', Icon: PenLine },
  { to: '/search', word: 'search', Icon: Search },
] as const;

/** The frame of everybody who is signed in. */
export function Shell() {
  const { t } = useTranslation();
  const { data: me } = useQuery(meQuery);
  const submit = useSubmit();
  const busy = useNavigation().state !== 'idle';
  const desk = useMatches().some((match) => (match.handle as RouteHandle | undefined)?.desk);
  return (
    <div className={desk ? `${styles.shell} ${styles.desk}` : styles.shell}>
      <a href="#content" className={styles.skip}>
        {t('app.skip')}
      </a>
      <header className={styles.header}>
        <div className={styles.bar}>
          <NavLink to="/" className={styles.wordmark} aria-label={t('app.name')} end>
            <Wordmark />
          </NavLink>
          <nav aria-label={t('nav.label')} className={styles.nav}>
            {places.map(({ to, word, Icon }) => (
              <NavLink key={to} to={to} end={to === '/'} className={styles.place}>
                <Icon strokeWidth={1.75} aria-hidden />
                {t(`nav.${word}`)}
              </NavLink>
            ))}
          </nav>
          <div className={styles.account}>
            {me && (
              <AccountMenu
                name={me.user.name}
                email={me.user.email}
                admin={me.user.role === 'admin'}
                onSignOut={() => void submit(null, { method: 'post', action: '/sign-out' })}
              />
            )}
          </div>
        </div>
        <div className={styles.progress} data-busy={busy || undefined} aria-hidden />
      </header>
      <main id="content" tabIndex={-1} className={styles.main}>
        <Outlet />
      </main>
    </div>
  );
}

export function Wordmark() {
  return (
    <>
      <svg viewBox="0 0 32 32" aria-hidden className={styles.mark}>
        <path
          d="M16 9C12.500 6.500 8.500 6 4.500 7v17.500c4-1 8-.5 11.500 2 3.500-2.500 7.500-3 11.500-2V7c-4-1-8-.5-11.500 2Zm0 0v17.500"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinejoin="round"
        />
      </svg>
      <span>Heirloom</span>
    </>
  );
}
