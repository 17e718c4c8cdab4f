import { useTranslation } from 'react-i18next';
import { Page, PageTitle } from '@/components/Page/Page';
import { Password } from './Password';
import { Sessions } from './Sessions';
import { Tokens } from './Tokens';

/** What somebody decides about their own account. How it looks is in the account menu. */
export function Component() {
  const { t } = useTranslation();
  return (
    <Page narrow>
      <PageTitle name={t('settings.title')}>{t('settings.title')}</PageTitle>
      <Sessions />
      <Password />
      <Tokens />
    </Page>
  );
}
