import { Fragment, type ReactNode } from 'react';
import { Link } from 'react-router';
import styles from './StoryContent.module.css';

/** A node of a TipTap document, as appliance/api/document-schema.json allows it. */
export type DocumentNode = {
  type: string;
  text?: string;
  attrs?: Record<string, unknown>;
  marks?: { type: string; attrs?: Record<string, unknown> }[];
  content?: DocumentNode[];
};

/** True when nothing can be read in it. */
export function isEmptyDocument(node: DocumentNode): boolean {
  if (node.type === 'horizontalRule') return false;
  if (node.text?.trim()) return false;
  return (node.content ?? []).every(isEmptyDocument);
}

/** A document as words alone, a blank line between blocks: for copying. */
export function plainText(node: DocumentNode): string {
  if (node.type === 'text') return node.text ?? '';
  if (node.type === 'hardBreak') return '\n';
  const parts = (node.content ?? []).map(plainText);
  const inline = node.type === 'paragraph' || node.type === 'heading' || node.type === 'codeBlock';
  return inline ? parts.join('') : parts.filter(Boolean).join('\n\n');
}

/**
 * A story to read, without the editor's weight. Nothing here becomes markup by itself: every node
 * is a React element, and what we do not know shows its words alone.
 */
export function StoryContent({
  document,
  lang,
  opening,
}: {
  document: DocumentNode;
  lang?: string;
  /** Sets the first letter large, as at the start of a chapter. */
  opening?: boolean;
}) {
  const large = opening && startsWithLetter(document);
  return (
    <div className={large ? `${styles.story} ${styles.opening}` : styles.story} lang={lang}>
      {children(document)}
    </div>
  );
}

/** A figure or a quotation mark set large looks like a misprint. */
function startsWithLetter({ content }: DocumentNode): boolean {
  return /^\p{L}/u.test(content?.[0]?.content?.[0]?.text ?? '');
}

function children(node: DocumentNode): ReactNode {
  return (node.content ?? []).map((child, index) => (
    // The document is read-only here: a node's place is its identity.
    <Fragment key={index}>{render(child)}</Fragment>
  ));
}

function render(node: DocumentNode): ReactNode {
  switch (node.type) {
    case 'text':
      return (node.marks ?? []).reduce<ReactNode>(
        (inner, mark) => renderMark(mark.type, mark.attrs ?? {}, inner),
        node.text,
      );
    case 'paragraph':
      return <p>{children(node)}</p>;
    case 'heading':
      // The story's title is the page's h1, so the story's own headings begin below it.
      return Number(node.attrs?.level) <= 2 ? <h2>{children(node)}</h2> : <h3>{children(node)}</h3>;
    case 'bulletList':
      return <ul>{children(node)}</ul>;
    case 'orderedList':
      return <ol start={Number(node.attrs?.start ?? 1)}>{children(node)}</ol>;
    case 'listItem':
      return <li>{children(node)}</li>;
    case 'blockquote':
      return <blockquote>{children(node)}</blockquote>;
    case 'codeBlock':
      return (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls sideways
        <pre tabIndex={0}>
          <code>{children(node)}</code>
        </pre>
      );
    case 'horizontalRule':
      return <hr />;
    case 'hardBreak':
      return <br />;
    default:
      return children(node);
  }
}

function renderMark(type: string, attrs: Record<string, unknown>, inner: ReactNode): ReactNode {
  switch (type) {
    case 'bold':
      return <strong>{inner}</strong>;
    case 'italic':
      return <em>{inner}</em>;
    case 'underline':
      return <u>{inner}</u>;
    case 'strike':
      return <s>{inner}</s>;
    case 'code':
      return <code>{inner}</code>;
    case 'link': {
      const href = String(attrs.href ?? '');
      // The server refuses other schemes; a reader's click should not depend on that alone.
      if (href.startsWith('/') && !/^\/[/\\]/.test(href)) return <Link to={href}>{inner}</Link>;
      if (!/^(https?:\/\/|mailto:)/i.test(href)) return inner;
      return (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">
          {inner}
        </a>
      );
    }
    default:
      return inner;
  }
}
