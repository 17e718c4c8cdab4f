import { Menu } from '@base-ui/react/menu';
import { Check, LogOut } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type TextSize,
  type Theme,
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

/** Loaded after the first screen stands; `Initial` keeps its place until then. */
export default function AccountMenu({
  name,
  email,
  onSignOut,
}: {
  name: string;
  email: string;
  onSignOut: () => void;
}) {
  const { t } = useTranslation();
  const [theme, setTheme] = useState(currentTheme);
  const [size, setSize] = useState(currentTextSize);
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={styles.trigger} aria-label={t('account.menu')}>
        <Initial name={name} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={styles.positioner} sideOffset={8} align="end">
          <Menu.Popup className={styles.popup}>
            <div className={styles.who}>
              <strong>{name}</strong>
              <span>{email}</span>
            </div>
            <Menu.Separator className={styles.rule} />
            <Menu.RadioGroup
              value={theme}
              onValueChange={(value: Theme) => {
                chooseTheme(value);
                setTheme(value);
              }}
            >
              <Menu.GroupLabel className={styles.label}>{t('account.theme')}</Menu.GroupLabel>
              {themes.map((value) => (
                <Choice key={value} value={value}>
                  {t(`account.${themeWords[value]}`)}
                </Choice>
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className={styles.rule} />
            <Menu.RadioGroup
              value={size}
              onValueChange={(value: TextSize) => {
                chooseTextSize(value);
                setSize(value);
              }}
            >
              <Menu.GroupLabel className={styles.label}>{t('account.textSize')}</Menu.GroupLabel>
              {textSizes.map((value) => (
                <Choice key={value} value={value}>
                  {t(`account.${sizeWords[value]}`)}
                </Choice>
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className={styles.rule} />
            <Menu.Item className={styles.item} onClick={onSignOut}>
              <span className={styles.tick}>
                <LogOut strokeWidth={1.75} aria-hidden />
              </span>
              {t('account.signOut')}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Choice({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Menu.RadioItem value={value} closeOnClick={false} className={styles.item}>
      <span className={styles.tick}>
        <Menu.RadioItemIndicator>
          <Check strokeWidth={2} aria-hidden />
        </Menu.RadioItemIndicator>
      </span>
      {children}
    </Menu.RadioItem>
  );
}

function Initial({ name }: { name: string }) {
  return (
    <span className={styles.initial} aria-hidden>
      {[...name.trim()][0]?.toUpperCase() ?? '·'}
    </span>
  );
}
