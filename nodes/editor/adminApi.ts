/** Texts of the node whose dialog asks; every catalogue has the `shared` part. */
type Texts = (key: string, values?: TextValues) => string;

/**
 * Posts to one of the package's admin routes (below `profile-sync/`). jQuery's own call is used because the editor adds
 * its access token and root to it. Rejects with an Error whose message is ready to show.
 */
export function post<Answer>(path: string, body: object, text: Texts): Promise<Answer> {
  return ask<Answer>(path, { method: 'POST', body, type: 'json' }, text);
}

/** As `post`, for a question that changes nothing. */
export function get<Answer>(path: string, text: Texts): Promise<Answer> {
  return ask<Answer>(path, { method: 'GET', type: 'json' }, text);
}

/** Posts, and has the browser save what comes back: a plain link would go without the access token. */
export async function download(path: string, fileName: string, text: Texts): Promise<void> {
  const content = await ask<string>(path, { method: 'POST', body: {}, type: 'text' }, text);
  const address = URL.createObjectURL(new Blob([content]));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}

function ask<Answer>(
  path: string,
  request: { method: 'GET' | 'POST'; body?: object; type: 'json' | 'text' },
  text: Texts,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    $.ajax({
      url: `profile-sync/${path}`,
      method: request.method,
      dataType: request.type,
      ...(request.body && { contentType: 'application/json', data: JSON.stringify(request.body) }),
    })
      .done((answer: Answer) => resolve(answer))
      .fail((failed: JQuery.jqXHR) => reject(new Error(failure(failed, text))));
  });
}

function failure(request: JQuery.jqXHR, text: Texts): string {
  const message = messageIn(request);
  if (typeof message === 'string' && message !== '') return message;
  if (request.status === 0) return text('shared.admin.unreachable');
  if (request.status === 401 || request.status === 403) return text('shared.admin.forbidden');
  if (request.status === 404) return text('shared.admin.missing');
  return text('shared.admin.failed', { status: request.status });
}

/** An error is JSON even where something else was asked for. */
function messageIn(request: JQuery.jqXHR): unknown {
  try {
    return (JSON.parse(request.responseText) as { message?: unknown } | null)?.message;
  } catch {
    return undefined;
  }
}
