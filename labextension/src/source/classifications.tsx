import * as React from 'react';

import type { ITaxonomyNode } from '../desk/models';
import { Button } from '../ui/button';
import { useDesk } from '../ui/context';
import { rejectIcon } from '../ui/icons';
import { useStore } from '../ui/store';
import type { SourceModel } from './model';
import { Section } from './section';

interface IClass {
  name: string;
  depth: number;
}

function classes(node: ITaxonomyNode | undefined, depth = 0): IClass[] {
  return node
    ? [{ name: node.class, depth }, ...(node.subclasses ?? []).flatMap(child => classes(child, depth + 1))]
    : [];
}

/** What it is, as people and programs say. */
export function Classifications({ model }: { model: SourceModel }): JSX.Element {
  const { trans } = useDesk();
  const state = useStore(model);
  const [taxonomyId, setTaxonomyId] = React.useState<number | null>(null);
  const [name, setName] = React.useState('');
  const [probability, setProbability] = React.useState('');
  const taxonomy = state.taxonomies.find(one => one.id === taxonomyId) ?? state.taxonomies[0];
  const names = React.useMemo(() => classes(taxonomy?.hierarchy), [taxonomy]);
  return (
    <Section name="classifications" title={trans.__('Classifications')}>
      <div className="jp-nightdesk-Chips">
        {state.classifications.map(one => {
          const author = one.author_name ?? one.author?.username ?? '';
          return (
            <span key={one.id} className="jp-nightdesk-Chip" data-testid="nightdesk-classification" title={author}>
              <b>{one.classification}</b>
              {one.probability !== null && one.probability !== undefined && ` ${one.probability.toFixed(2)}`}
              <span className="jp-nightdesk-Faint">{author}</span>
              {author === state.me?.username && (
                <Button
                  icon={rejectIcon}
                  tone="quiet"
                  aria-label={trans.__('Remove the classification %1', one.classification)}
                  onClick={() => void model.declassify(one.id)}
                />
              )}
            </span>
          );
        })}
        {!state.classifications.length && <span className="jp-nightdesk-Faint">{trans.__('not classified yet')}</span>}
      </div>
      {taxonomy && (
        <form
          className="jp-nightdesk-Classify"
          onSubmit={event => {
            event.preventDefault();
            if (name) {
              void model.classify(name, taxonomy.id, probability === '' ? null : Number(probability));
              setName('');
              setProbability('');
            }
          }}
        >
          {state.taxonomies.length > 1 && (
            <select
              className="jp-mod-styled"
              aria-label={trans.__('Taxonomy')}
              value={taxonomy.id}
              onChange={event => {
                setTaxonomyId(Number(event.target.value));
                setName('');
              }}
            >
              {state.taxonomies.map(one => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          )}
          <select
            className="jp-mod-styled"
            data-testid="nightdesk-class"
            aria-label={trans.__('Class')}
            value={name}
            onChange={event => setName(event.target.value)}
          >
            <option value="">{trans.__('class')}</option>
            {names.map(one => (
              <option key={one.name} value={one.name}>
                {'\u2003'.repeat(one.depth) + one.name}
              </option>
            ))}
          </select>
          <input
            className="jp-mod-styled jp-nightdesk-Score"
            type="number"
            min={0}
            max={1}
            step={0.05}
            placeholder={trans.__('prob.')}
            aria-label={trans.__('Probability, 0 to 1')}
            value={probability}
            onChange={event => setProbability(event.target.value)}
          />
          <button type="submit" className="jp-nightdesk-Button jp-mod-plain" data-testid="nightdesk-classify" disabled={!name}>
            {trans.__('Classify')}
          </button>
        </form>
      )}
    </Section>
  );
}
