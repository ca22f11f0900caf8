// The providers of routing; a new one is one file and one line here.
import {istio} from './istio/router.ts';
import {knative} from './knative/router.ts';
import type {Router} from './router.ts';

const providers: ReadonlyMap<string, Router> = new Map([
	['istio', istio],
	['knative', knative],
]);

/** The router of `spec.provider`; undefined when it is not supported. */
export const routerOf = (provider: string): Router | undefined => providers.get(provider);
