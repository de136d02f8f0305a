export interface AdminRoute {
  method: string;
  path: string;
}

/** What stands in the router that every node registers its routes with. */
export interface FoundRoutes {
  routes: AdminRoute[];
  /** Handlers without a path and method of their own, by name. */
  others: string[];
}

/** A node module that tells of the router from inside: Express 4 keeps it as `_router`, Express 5 as `router`. */
export const routeLister = {
  path: '/test-router',
  source: `module.exports = (RED) => {
  RED.httpAdmin.get('/test-router', RED.auth.needsPermission('test'), (request, response) => {
    const found = { routes: [], others: [] };
    const look = ({ stack }) => {
      for (const layer of stack) {
        if (!layer.route) {
          if (layer.handle.stack) look(layer.handle);
          else found.others.push(layer.name);
          continue;
        }
        for (const method of Object.keys(layer.route.methods)) {
          for (const path of [layer.route.path].flat()) found.routes.push({ method, path: String(path) });
        }
      }
    };
    look(RED.httpAdmin._router || RED.httpAdmin.router);
    response.json(found);
  });
};`,
};
