import type { ComponentChildren, JSX, TargetedSubmitEvent } from 'preact';
import { useEffect } from 'preact/hooks';
import type { SortOrder } from '../../contracts/service-states.ts';
import { type IconName, iconPaths } from '../icons.ts';
import { accountsAddress } from './address.ts';
import { type Live, useRequest } from './live.ts';

/** Words in tables and cards that several views of the console are made of. */

/** A picture beside a word, in the colour of the text around it, so that no meaning depends on colour. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 16 16" class="mark" aria-hidden="true">
      <path d={iconPaths[name]} />
    </svg>
  );
}

/** A status or an outcome with its sign. */
export function Sign({ of, children }: { of: IconName; children?: ComponentChildren }) {
  return (
    <span class={`pill ${of}`}>
      <Icon name={of} />
      {children ?? of.replace('_', ' ')}
    </span>
  );
}

export function Time({ at }: { at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={date.toLocaleString()}>
      {date.toLocaleString([], { dateStyle: 'short', timeStyle: 'short' })}
    </time>
  );
}

/** The heading of a view, and the title of its tab or bookmark. */
export function Heading({ children }: { children: string }) {
  useEffect(() => {
    document.title = `${children} · wwebjs-canary`;
  }, [children]);
  return <h1>{children}</h1>;
}

export function BackToAccounts({ of }: { of: string }) {
  return (
    <p>
      <a href={accountsAddress(of)}>
        <Icon name="back" /> accounts
      </a>
    </p>
  );
}

export function Card({ title, children, wide }: { title: string; children: ComponentChildren; wide?: boolean }) {
  return (
    <section class={wide ? 'card wide' : 'card'}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** What is shown of an answer; before the first one that it is being loaded, or why it is not there. */
export function WhenLoaded<T>({ live, children }: { live: Live<T>; children: (data: T) => ComponentChildren }) {
  if (live.data !== undefined) return <>{children(live.data)}</>;
  // That the service does not answer is shown above all views.
  if (!live.trouble || live.trouble.code === 'unreachable') return <p class="faint">Loading …</p>;
  return (
    <p class="error" role="alert">
      {live.trouble.message}
    </p>
  );
}

/**
 * A button that makes one request at a time. While that is under way it is marked as disabled and keeps the focus; its error stands beside
 * it, where screen readers read it when it changes.
 */
export function Act({
  act,
  confirm: question,
  children,
}: {
  act(): Promise<void>;
  confirm?: string;
  children: string;
}) {
  const { isPending, error, run } = useRequest();
  const press = () => {
    if (question === undefined || confirm(question)) void run(act);
  };
  return (
    <span class="act">
      <button type="button" aria-disabled={isPending} onClick={press}>
        {children}
      </button>
      <span class="error" role="alert">
        {error}
      </span>
    </span>
  );
}

interface RequestFormProps {
  /** The words on its button. */
  submit: string;
  /** What a screen reader calls the form. */
  name?: string;
  act(form: FormData): Promise<void>;
  children?: ComponentChildren;
}

/** A form that makes one request at a time, with its error. */
export function RequestForm({ submit, name, act, children }: RequestFormProps) {
  const { isPending, error, run } = useRequest();
  const send = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void run(() => act(form));
  };
  return (
    <form onSubmit={send} {...(name !== undefined && { 'aria-label': name })}>
      {children}
      <button type="submit" aria-disabled={isPending}>
        {submit}
      </button>
      <span class="error" role="alert">
        {error}
      </span>
    </form>
  );
}

/** The text of a field of a form. */
export function fieldText(form: FormData, field: string): string {
  return String(form.get(field) ?? '').trim();
}

interface ChoiceFieldProps {
  name: string;
  value: string;
  options: [value: string, text: string][];
  choose(value: string): void;
}

export function ChoiceField({ name, value, options, choose }: ChoiceFieldProps) {
  return (
    <label>
      {name}{' '}
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

export function VersionField({
  words,
  name,
  isOptional = false,
}: {
  words: string;
  name: string;
  isOptional?: boolean;
}) {
  return (
    <label>
      {words}{' '}
      <input
        name={name}
        required={!isOptional}
        pattern="\d+\.\d+\.\d+.*"
        placeholder="1.34.7"
        autocomplete="off"
        size={8}
      />
    </label>
  );
}

interface RowsProps {
  caption?: string;
  titles: (string | { title: string; head: JSX.Element; sort: SortOrder | 'none' })[];
  rows: { key: string | number; cells: ComponentChildren[] }[];
}

/** A table whose rows become a few lines on a narrow screen, in which every cell says what it is. */
export function Rows({ caption, titles, rows }: RowsProps) {
  const named = titles.map((title) => (typeof title === 'string' ? { title, head: title, sort: undefined } : title));
  return (
    <div class="scroll">
      <table class="rows">
        {caption !== undefined && <caption>{caption}</caption>}
        <thead>
          <tr>
            {named.map(({ title, head, sort }) => (
              <th key={title} scope="col" {...(sort && { 'aria-sort': sort })}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, i) => (
                <td key={named[i]?.title} data-title={named[i]?.title}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
