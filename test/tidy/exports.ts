// Dead exports: names that a file offers and nobody asks for.
import {
	isExportDeclaration,
	isIdentifier,
	isImportDeclaration,
	isInterfaceDeclaration,
	isNamedExports,
	isNamedImports,
	isStringLiteral,
	isTypeAliasDeclaration,
	isVariableStatement,
	SyntaxKind,
	type Node,
	type Statement,
} from 'typescript/unstable/ast';
import {destinationOf, visit, type Source} from './source.ts';

/** All of a file's names: of `import * as`, `export *`, `import(…)`. */
const ALL = '*';

type Specifier = {readonly name: Node; readonly propertyName?: Node | undefined};

const askedName = ({name, propertyName}: Specifier): string => (propertyName ?? name).getText();

/** What a statement asks of another file. */
const namesAsked = (statement: Statement): readonly string[] => {
	if (isExportDeclaration(statement)) {
		const {exportClause} = statement;
		return exportClause !== undefined && isNamedExports(exportClause) ? exportClause.elements.map(askedName) : [ALL];
	}

	const clause = isImportDeclaration(statement) ? statement.importClause : undefined;
	const bindings = clause?.namedBindings;
	const named = bindings === undefined ? [] : isNamedImports(bindings) ? bindings.elements.map(askedName) : [ALL];
	return [...named, ...(clause?.name === undefined ? [] : ['default'])];
};

/** Every name that some file asks of another one: `api/model.ts: CanaryModel`. */
const askedIn = (given: readonly Source[]): ReadonlySet<string> => {
	const asked = new Set<string>();
	for (const {file, tree} of given) {
		for (const statement of tree.statements) {
			const from =
				isImportDeclaration(statement) || isExportDeclaration(statement) ? statement.moduleSpecifier : undefined;
			if (from === undefined || !isStringLiteral(from)) continue;
			for (const name of namesAsked(statement)) asked.add(`${destinationOf(file, from.text)}: ${name}`);
		}

		// Any other place that names a file takes it whole: `import('./trial.ts')`, of a value or of a type.
		const stated = new Set<Node>(tree.statements);
		for (const one of tree.imports) {
			if (isStringLiteral(one) && !stated.has(one.parent)) asked.add(`${destinationOf(file, one.text)}: ${ALL}`);
		}
	}

	return asked;
};

const isExported = (statement: Statement): boolean =>
	((statement as {modifiers?: readonly Node[]}).modifiers ?? []).some(({kind}) => kind === SyntaxKind.ExportKeyword);

const declaredBy = (statement: Statement): readonly Node[] => {
	if (isVariableStatement(statement)) return statement.declarationList.declarations.map(({name}) => name);
	const {name} = statement as {name?: Node};
	return name === undefined ? [] : [name];
};

/** Every name bound by a declaration, the parts of a destructured one too. */
const namesIn = (declared: Node): readonly string[] => {
	if (isIdentifier(declared)) return [declared.text];
	const names: string[] = [];
	visit(declared, (node, around) => {
		const owner = around.at(-1) as {name?: Node} | undefined;
		if (isIdentifier(node) && owner?.name === node) names.push(node.text);
	});
	return names;
};

const isUsedIn = ({tree}: Source, name: string): boolean => {
	let times = 0;
	visit(tree, (node) => {
		if (isIdentifier(node) && node.text === name) times += 1;
	});
	return times > 1;
};

/** The names that a file offers: of types only those that it does not use itself, for they are a part of what is used. */
const offeredBy = (source: Source): readonly string[] =>
	source.tree.statements.flatMap((statement) => {
		if (isExportDeclaration(statement)) {
			const {exportClause} = statement;
			return exportClause !== undefined && isNamedExports(exportClause)
				? exportClause.elements.map(({name}) => name.getText())
				: [];
		}

		if (!isExported(statement)) return [];
		const isType = isTypeAliasDeclaration(statement) || isInterfaceDeclaration(statement);
		const names = declaredBy(statement).flatMap(namesIn);
		return isType ? names.filter((name) => !isUsedIn(source, name)) : names;
	});

/** Exports that no other file of those given asks for. */
export const deadIn = (given: readonly Source[]): readonly string[] => {
	const asked = askedIn(given);
	return given
		.filter(({file}) => !asked.has(`${file}: ${ALL}`))
		.flatMap((source) => offeredBy(source).map((name) => `${source.file}: ${name}`))
		.filter((name) => !asked.has(name));
};
