/** Texts of the node whose dialog asks; every catalogue has the `shared` part. */
type Texts = (key: string, values?: TextValues) => string;

/**
 * Posts to one of the package's admin routes (below `profile-sync/`). jQuery's own call is used because the editor adds
 * its access token and root to it. Rejects with an Error whose message is ready to show.
 */
export function post<Answer>(path: string, body: object, text: Texts): Promise<Answer> {
  return new Promise((resolve, reject) => {
    $.ajax({
      url: `profile-sync/${path}`,
      method: 'POST',
      contentType: 'application/json',
      dataType: 'json',
      data: JSON.stringify(body),
    })
      .done((answer: Answer) => resolve(answer))
      .fail((request: JQuery.jqXHR) => reject(new Error(failure(request, text))));
  });
}

function failure(request: JQuery.jqXHR, text: Texts): string {
  const message: unknown = request.responseJSON?.message;
  if (typeof message === 'string' && message !== '') return message;
  if (request.status === 0) return text('shared.admin.unreachable');
  if (request.status === 401 || request.status === 403) return text('shared.admin.forbidden');
  if (request.status === 404) return text('shared.admin.missing');
  return text('shared.admin.failed', { status: request.status });
}
