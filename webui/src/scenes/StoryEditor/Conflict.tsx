import { Copy, Eye, Layers } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button/Button';
import { Sheet } from '@/components/Dialog/Dialog';
import { Notice } from '@/components/Notice/Notice';
import { type DocumentNode, StoryContent } from '@/components/StoryContent/StoryContent';
import { StoryHead } from '@/components/StoryHead/StoryHead';
import { minuteOf } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import type { StorySave } from './useStorySave';
import styles from './StoryEditor.module.css';

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // Refused, or a plain-HTTP address, where browsers lend no clipboard.
  }
}

/** Two people saved. Nobody's words are lost, and the writer decides. */
export default function Conflict({
  save,
  myText,
  onKeepMine,
  onUseTheirs,
}: {
  save: StorySave;
  /** Title and text as they stand in the editor. */
  myText: () => string;
  onKeepMine: () => void;
  onUseTheirs: () => void;
}) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState<boolean | null>(null);
  const [trouble, setTrouble] = useState<unknown>(null);
  const [looking, setLooking] = useState(false);
  const theirs = save.state.is === 'conflict' ? save.state.theirs?.value : undefined;

  async function look() {
    setTrouble(null);
    try {
      await save.fetchTheirs();
      setLooking(true);
    } catch (error) {
      setTrouble(error);
    }
  }

  return (
    <>
      <Notice
        kind="alert"
        tone="danger"
        actions={
          <>
            <Button icon={<Eye strokeWidth={1.75} aria-hidden />} onClick={() => void look()}>
              {t('editor.conflict.see')}
            </Button>
            <Button icon={<Layers strokeWidth={1.75} aria-hidden />} onClick={onKeepMine}>
              {t('editor.conflict.keepMine')}
            </Button>
            <Button
              icon={<Copy strokeWidth={1.75} aria-hidden />}
              onClick={() => void copy(myText()).then(setCopied)}
            >
              {t(copied ? 'editor.conflict.copied' : 'editor.conflict.copy')}
            </Button>
          </>
        }
      >
        <strong>{t('editor.conflict.title')}</strong>
        <p>{t('editor.conflict.text')}</p>
        <p className={styles.small}>{t('editor.conflict.keepMineHint')}</p>
        {copied === false && <p>{t('editor.conflict.copyFailed')}</p>}
      </Notice>
      {trouble !== null && <Trouble error={trouble} onRetry={() => void look()} />}
      {theirs && looking && (
        <Sheet
          open
          wide
          title={t('editor.conflict.theirs')}
          onClose={() => setLooking(false)}
          actions={
            <>
              <Button look="danger" onClick={onUseTheirs}>
                {t('editor.conflict.useTheirs')}
              </Button>
              <Button look="primary" onClick={() => setLooking(false)}>
                {t('editor.conflict.backToMine')}
              </Button>
            </>
          }
        >
          <p className={styles.small}>
            {t('editor.conflict.theirsBy', { when: minuteOf(theirs.updated_at) })}
          </p>
          <StoryHead
            happenedAt={theirs.happened_at}
            place={theirs.place}
            author={theirs.author}
            title={<h3 className={styles.theirsTitle}>{theirs.title}</h3>}
          />
          <StoryContent
            document={theirs.content as unknown as DocumentNode}
            lang={theirs.language}
          />
        </Sheet>
      )}
    </>
  );
}
