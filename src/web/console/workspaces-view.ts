import { el } from '../dom.ts';
import { getBody, postBody, type WorkspaceBody, type WorkspacesBody } from './api.ts';
import { requestLine } from './request-line.ts';

/** The workspaces, and a form for a new one. */
export async function workspacesView(): Promise<HTMLElement> {
  const { items, next } = await getBody<WorkspacesBody>('/v1/workspaces?limit=200');
  return el(
    'section',
    {},
    el('h1', {}, 'Workspaces'),
    items.length === 0
      ? el('p', {}, 'There is none yet. A workspace is a tenant: its numbers are its own.')
      : el(
          'ul',
          { class: 'cards' },
          ...items.map(({ id, name }) => el('li', {}, el('a', { href: `#/w/${id}` }, name))),
        ),
    next && el('p', {}, 'There are more; the API lists them all.'),
    nameForm(),
  );
}

function nameForm(): HTMLElement {
  const name = el('input', { name: 'name', required: true, maxlength: '200', autocomplete: 'off' });
  const request = requestLine();
  const button = el('button', {}, 'Make it');
  const make = async (event: Event) => {
    event.preventDefault();
    await request.run(button, async () => {
      const { id } = await postBody<WorkspaceBody>('/v1/workspaces', { name: name.value });
      location.hash = `#/w/${id}`;
    });
  };
  return el(
    'form',
    { onsubmit: (event) => void make(event) },
    el('label', {}, 'New workspace ', name),
    button,
    request.line,
  );
}
