import { LogOut, MailWarning, Settings, Trash2 } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import {
  chooseTextSize,
  chooseTheme,
  currentTextSize,
  currentTheme,
  textSizes,
  themes,
} from '@/theme/preferences';
import styles from './AccountMenu.module.css';

const themeWords = { system: 'themeSystem', light: 'themeLight', dark: 'themeDark' } as const;
const sizeWords = { s: 'sizeS', m: 'sizeM', l: 'sizeL', xl: 'sizeXl', xxl: 'sizeXxl' } as const;

/**
 * Who is signed in, how it should look, and the way out. A button that unfolds ordinary radio
 * buttons: everybody's browser and screen reader knows those.
 */
export function AccountMenu({
  name,
  email,
  admin,
  onSignOut,
}: {
  name: string;
  email: string;
  /** Looks after this installation: finds the pages for that here. */
  admin: boolean;
  onSignOut: () => void;
}) {
  const { t } = useTranslation();
  const panelId = useId();
  const [open, setOpen] = useState(false);
  const [theme, setTheme] = useState(currentTheme);
  const [size, setSize] = useState(currentTextSize);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!whole.current?.contains(event.target as Node)) setOpen(false);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    document.addEventListener('keydown', escape);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
      document.removeEventListener('keydown', escape);
    };
  }, [open]);

  return (
    <div ref={whole} className={styles.whole}>
      <button
        ref={button}
        type="button"
        className={styles.trigger}
        aria-label={t('account.menu')}
        aria-expanded={open}
        aria-controls={panelId}
        onClick={() => setOpen(!open)}
      >
        <span className={styles.initial} aria-hidden>
          {[...name.trim()][0]?.toUpperCase() ?? '·'}
        </span>
      </button>
      <section id={panelId} hidden={!open} aria-label={t('account.menu')} className={styles.panel}>
        <p className={styles.who}>
          <strong>{name}</strong>
          <span>{email}</span>
        </p>
        <Choices
          label={t('account.theme')}
          choices={themes}
          chosen={theme}
          word={(value) => t(`account.${themeWords[value]}`)}
          onChoose={(value) => {
            chooseTheme(value);
            setTheme(value);
          }}
        />
        <Choices
          label={t('account.textSize')}
          choices={textSizes}
          chosen={size}
          word={(value) => t(`account.${sizeWords[value]}`)}
          onChoose={(value) => {
            chooseTextSize(value);
            setSize(value);
          }}
        />
        <Link to="/bin" className={styles.item} onClick={() => setOpen(false)}>
          <Trash2 strokeWidth={1.75} aria-hidden />
          {t('account.bin')}
        </Link>
        <Link to="/settings" className={styles.item} onClick={() => setOpen(false)}>
          <Settings strokeWidth={1.75} aria-hidden />
          {t('account.settings')}
        </Link>
        {admin && (
          <Link to="/dead-letters" className={styles.item} onClick={() => setOpen(false)}>
            <MailWarning strokeWidth={1.75} aria-hidden />
            {t('account.deadLetters')}
          </Link>
        )}
        <button type="button" className={styles.item} onClick={onSignOut}>
          <LogOut strokeWidth={1.75} aria-hidden />
          {t('account.signOut')}
        </button>
      </section>
    </div>
  );
}

function Choices<T extends string>({
  label,
  choices,
  chosen,
  word,
  onChoose,
}: {
  label: string;
  choices: readonly T[];
  chosen: T;
  word: (value: T) => string;
  onChoose: (value: T) => void;
}): ReactNode {
  const name = useId();
  return (
    <fieldset className={styles.choices}>
      <legend>{label}</legend>
      {choices.map((value) => (
        <label key={value} className={styles.item}>
          <input
            type="radio"
            name={name}
            checked={value === chosen}
            onChange={() => onChoose(value)}
          />
          {word(value)}
        </label>
      ))}
    </fieldset>
  );
}
