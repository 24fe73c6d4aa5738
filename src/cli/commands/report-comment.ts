import { existsSync, readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { InputError } from '../../contracts/input-error.ts';
import { discussionOf, writeComment } from '../../report/request-comment.ts';

/** `report comment`: a report as the comment of a pull request. */
export function commentCommand(): Command {
  return new Command('comment')
    .description('write a report into the pull request or merge request that a CI job runs for')
    .argument('<file>', 'a report that --reporter markdown=FILE wrote')
    .option('--key <name>', 'a request has one comment per key; a later call replaces it', key, 'report')
    .addHelpText('after', help)
    .action(async (file: string, options: { key: string }) => {
      if (!existsSync(file)) throw new InputError(`there is no ${file}; --reporter markdown=${file} writes it`);
      const what = await writeComment(discussionOf(process.env), options.key, readFileSync(file, 'utf8'));
      console.log(`comment ${what}`);
    });
}

const help = `
Works in GitHub Actions and in GitLab CI, by their own variables and by a token: GITHUB_TOKEN with pull-requests: write, or GITLAB_TOKEN, an
access token with the scope api.

Exit codes: 0 written, 3 no request or no token, 4 the server refuses or does not answer

Example:
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2 --run --reporter list,markdown=verdict.md
  wwebjs-canary report comment verdict.md --key gate`;

function key(text: string): string {
  if (/^[a-z\d-]{1,40}$/i.test(text)) return text;
  throw new InvalidArgumentError('It has to be up to 40 letters, digits and hyphens.');
}
