import type { Editor } from '@tiptap/core';
import { useEditorState } from '@tiptap/react';
import {
  Bold,
  Code,
  Heading2,
  Heading3,
  Italic,
  Link2,
  List,
  ListOrdered,
  Minus,
  Quote,
  Redo2,
  Strikethrough,
  Underline,
  Undo2,
} from 'lucide-react';
import { type KeyboardEvent, type ReactNode, Suspense, lazy, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './Toolbar.module.css';

const LinkSheet = lazy(() => import('./LinkSheet'));

interface Tool {
  name: keyof typeof icons;
  shortcut?: string;
  /** Undefined for tools that do something once rather than being on or off. */
  active?: boolean;
  disabled?: boolean;
  run: () => void;
}

const icons = {
  bold: Bold,
  italic: Italic,
  underline: Underline,
  strike: Strikethrough,
  code: Code,
  heading2: Heading2,
  heading3: Heading3,
  bulletList: List,
  orderedList: ListOrdered,
  blockquote: Quote,
  link: Link2,
  rule: Minus,
  undo: Undo2,
  redo: Redo2,
};

const mod = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl+';

/** One tab stop; the arrow keys walk through it (WAI-ARIA toolbar). */
export function Toolbar({ editor }: { editor: Editor }) {
  const { t } = useTranslation();
  const [linking, setLinking] = useState(false);
  const [stop, setStop] = useState(0);
  const bar = useRef<HTMLDivElement>(null);
  const on = useEditorState({
    editor,
    selector: ({ editor: now }) => ({
      bold: now.isActive('bold'),
      italic: now.isActive('italic'),
      underline: now.isActive('underline'),
      strike: now.isActive('strike'),
      code: now.isActive('code'),
      heading2: now.isActive('heading', { level: 2 }),
      heading3: now.isActive('heading', { level: 3 }),
      bulletList: now.isActive('bulletList'),
      orderedList: now.isActive('orderedList'),
      blockquote: now.isActive('blockquote'),
      link: now.isActive('link'),
      canUndo: now.can().undo(),
      canRedo: now.can().redo(),
    }),
  });
  const chain = () => editor.chain().focus();
  const groups: Tool[][] = [
    [
      { name: 'bold', shortcut: `${mod}B`, active: on.bold, run: () => chain().toggleBold().run() },
      {
        name: 'italic',
        shortcut: `${mod}I`,
        active: on.italic,
        run: () => chain().toggleItalic().run(),
      },
      {
        name: 'underline',
        shortcut: `${mod}U`,
        active: on.underline,
        run: () => chain().toggleUnderline().run(),
      },
      { name: 'strike', active: on.strike, run: () => chain().toggleStrike().run() },
      { name: 'code', active: on.code, run: () => chain().toggleCode().run() },
    ],
    [
      {
        name: 'heading2',
        active: on.heading2,
        run: () => chain().toggleHeading({ level: 2 }).run(),
      },
      {
        name: 'heading3',
        active: on.heading3,
        run: () => chain().toggleHeading({ level: 3 }).run(),
      },
      { name: 'bulletList', active: on.bulletList, run: () => chain().toggleBulletList().run() },
      { name: 'orderedList', active: on.orderedList, run: () => chain().toggleOrderedList().run() },
      { name: 'blockquote', active: on.blockquote, run: () => chain().toggleBlockquote().run() },
    ],
    [
      { name: 'link', active: on.link, run: () => setLinking(true) },
      { name: 'rule', run: () => chain().setHorizontalRule().run() },
    ],
    [
      { name: 'undo', disabled: !on.canUndo, run: () => chain().undo().run() },
      { name: 'redo', disabled: !on.canRedo, run: () => chain().redo().run() },
    ],
  ];

  function onKeyDown(event: KeyboardEvent) {
    const buttons = [...(bar.current?.querySelectorAll('button') ?? [])];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    let next: number;
    if (step) next = (stop + step + buttons.length) % buttons.length;
    else if (event.key === 'Home') next = 0;
    else if (event.key === 'End') next = buttons.length - 1;
    else return;
    event.preventDefault();
    setStop(next);
    buttons[next]?.focus();
  }

  let index = -1;
  return (
    <>
      <div
        ref={bar}
        role="toolbar"
        tabIndex={-1}
        aria-label={t('editor.toolbar.label')}
        className={styles.toolbar}
        onKeyDown={onKeyDown}
      >
        {groups.map((tools) => (
          <div key={tools[0]?.name} className={styles.group}>
            {tools.map((tool) => {
              index += 1;
              const place = index;
              return (
                <ToolButton
                  key={tool.name}
                  tool={tool}
                  label={t(`editor.toolbar.${tool.name}`)}
                  tabIndex={place === stop ? 0 : -1}
                  onFocus={() => setStop(place)}
                />
              );
            })}
          </div>
        ))}
      </div>
      {linking && (
        <Suspense>
          <LinkSheet editor={editor} onClose={() => setLinking(false)} />
        </Suspense>
      )}
    </>
  );
}

function ToolButton({
  tool,
  label,
  tabIndex,
  onFocus,
}: {
  tool: Tool;
  label: string;
  tabIndex: number;
  onFocus: () => void;
}): ReactNode {
  const Icon = icons[tool.name];
  return (
    <button
      type="button"
      className={styles.tool}
      aria-label={label}
      aria-pressed={tool.active}
      aria-disabled={tool.disabled || undefined}
      title={tool.shortcut ? `${label} (${tool.shortcut})` : label}
      tabIndex={tabIndex}
      onFocus={onFocus}
      // The words stay selected: a press must not take the focus from them.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => {
        if (!tool.disabled) tool.run();
      }}
    >
      <Icon strokeWidth={1.75} aria-hidden />
    </button>
  );
}
