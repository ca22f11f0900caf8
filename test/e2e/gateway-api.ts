// The Gateway API's own definitions, from its Go module, as users install them.
import {execFile} from 'node:child_process';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {documentsOf} from '../contract/contract.ts';

const MODULE = 'sigs.k8s.io/gateway-api@v1.5.1';
const SUM = 'h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0=';
const KINDS = ['gatewayclasses', 'gateways', 'httproutes', 'referencegrants'];

/** The folder of the standard channel's definitions. Throws when the module is not the one that was meant. */
const standardChannel = async (): Promise<string> => {
	const {stdout} = await promisify(execFile)('go', ['mod', 'download', '-json', MODULE], {cwd: '/'});
	const {Dir: folder, Sum: sum} = JSON.parse(stdout) as {readonly Dir: string; readonly Sum: string};
	if (sum !== SUM) throw new Error(`${MODULE} has the sum ${sum}, which is not ${SUM}`);
	return path.join(folder, 'config', 'crd', 'standard');
};

/** GatewayClass, Gateway, HTTPRoute and ReferenceGrant. */
export const gatewayApiDefinitions = async () => {
	const folder = await standardChannel();
	const names = (await readdir(folder)).filter((name) => KINDS.some((kind) => name.endsWith(`_${kind}.yaml`)));
	const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
	return texts.flatMap((text) => documentsOf(text));
};
