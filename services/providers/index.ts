// The providers of routing: a new one is its folder and one line here.
import type {Questions} from '../metrics/metrics.ts';
import {gatewayApi} from './gatewayapi/provider.ts';
import {istio} from './istio/provider.ts';
import {knative} from './knative/provider.ts';
import {kubernetes} from './kubernetes/provider.ts';
import type {Provider} from './provider.ts';
import type {Router} from './router.ts';

/** In the order in which words and pages name them. */
export const providers: readonly Provider[] = [istio, knative, gatewayApi, kubernetes];

/** The provider that `spec.provider` or `--mesh-provider` names; undefined when it is not supported. */
export const providerNamed = (name: string): Provider | undefined => providers.find(({names}) => names.includes(name));

/** Its router. */
export const routerOf = (provider: string): Router | undefined => providerNamed(provider)?.router;

/** Its built-in questions; undefined as well where it has none. */
export const questionsOf = (provider: string): Questions | undefined => providerNamed(provider)?.questions;
