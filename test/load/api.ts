/**
 * k6 script: 200 people at once on the API of one instance with 10,000 accounts in MySQL. `npm run test:load` starts both.
 * BASE_URL, WORKSPACE, ACCOUNTS (comma-separated ids of connected accounts) come by environment.
 */
import { check, sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';

const base = __ENV.BASE_URL;
const accounts = `${base}/v1/workspaces/${__ENV.WORKSPACE}/accounts`;
const ids = (__ENV.ACCOUNTS ?? '').split(',');
const seconds = __ENV.SECONDS ?? '60';

export const options = {
  scenarios: {
    people: { executor: 'constant-vus', vus: 200, duration: `${seconds}s` },
  },
  thresholds: {
    http_req_failed: ['rate<0.001'],
    checks: ['rate>0.999'],
    'http_req_duration{op:list}': ['p(95)<50'],
    'http_req_duration{op:status}': ['p(95)<50'],
    'http_req_duration{op:events}': ['p(95)<50'],
    'http_req_duration{op:link}': ['p(95)<50'],
  },
};

const any = () => ids[Math.floor(Math.random() * ids.length)];

/** What a person at a console does: mostly looks, seldom links. */
export default function person() {
  // People do not all come in the same moment.
  if (exec.vu.iterationInScenario === 0) sleep(Math.random() * 6);
  const list = http.get(`${accounts}?limit=50`, { tags: { op: 'list', name: 'list' } });
  check(list, {
    'a page of accounts': ({ status, body }) => status === 200 && JSON.parse(String(body)).items.length === 50,
  });
  sleep(Math.random() * 2);
  const status = http.get(`${accounts}/${any()}`, { tags: { op: 'status', name: 'status' } });
  check(status, { 'an account': ({ status }) => status === 200 });
  sleep(Math.random() * 2);
  // The stream of a connected account gives its status and ends.
  const events = http.get(`${accounts}/${any()}/link/events`, { tags: { op: 'events', name: 'events' } });
  check(events, { 'its status as an event': ({ body }) => String(body).includes('event: status') });
  sleep(Math.random() * 2);
  if (exec.scenario.iterationInTest % 20 === 0) {
    const body = JSON.stringify({ phone: `1666${String(exec.scenario.iterationInTest).padStart(7, '0')}` });
    const headers = { 'content-type': 'application/json', 'idempotency-key': `load-${exec.scenario.iterationInTest}` };
    const link = http.post(accounts, body, { headers, tags: { op: 'link', name: 'link' } });
    check(link, { 'a link': ({ status }) => status === 202 });
  }
}
