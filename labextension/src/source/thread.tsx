import * as React from 'react';

import { CommentItem, Composer } from '../ui/comments';
import { useDesk } from '../ui/context';
import { useStore } from '../ui/store';
import type { SourceModel } from './model';
import { Section } from './section';

/** The conversation about the object, live. */
export function Thread({ model }: { model: SourceModel }): JSX.Element {
  const { trans } = useDesk();
  const { comments, me } = useStore(model);
  const ordered = [...comments].sort((a, b) => a.created_at.localeCompare(b.created_at));
  return (
    <Section name="comments" title={trans.__('Comments')}>
      <ul className="jp-nightdesk-Thread" aria-live="polite">
        {ordered.map(comment => (
          <CommentItem
            key={comment.id}
            comment={comment}
            own={comment.author?.username === me?.username}
            onEdit={text => model.editComment(comment.id, text)}
            onDelete={() => model.deleteComment(comment.id)}
          />
        ))}
      </ul>
      {!ordered.length && <p className="jp-nightdesk-Faint">{trans.__('Nobody has said anything yet.')}</p>}
      <Composer submitLabel={trans.__('Send')} onSubmit={text => model.addComment(text)} />
    </Section>
  );
}
