// A chart as a Mermaid state diagram, which GitHub draws by itself.
import type {Box, Drawing} from './drawing.ts';

const idOf = (path: string): string => path.replaceAll('.', '_');

/** Mermaid ends a label at a line end and takes `;`, `#` and `"` for its own. */
const plain = (text: string): string => text.replaceAll(/[;#"\n]/g, ' ');

const linesOf = (box: Box, indent: string): readonly string[] => {
	const id = idOf(box.path);
	const title = [box.name, ...box.notes, ...box.exits].map(plain);
	if (box.boxes.length === 0) {
		return [`${indent}state "${title.join('<br/>')}" as ${id}`];
	}

	return [
		`${indent}state "${title.join(' · ')}" as ${id} {`,
		...(box.initial === undefined ? [] : [`${indent}\t[*] --> ${idOf(box.initial)}`]),
		...box.boxes.flatMap((inner) => linesOf(inner, `${indent}\t`)),
		`${indent}}`,
	];
};

/** The text of the diagram; `current` is the path of the state to light up. */
export const mermaidOf = (drawing: Drawing, current?: string): string =>
	[
		'stateDiagram-v2',
		...(drawing.initial === undefined ? [] : [`\t[*] --> ${idOf(drawing.initial)}`]),
		...drawing.boxes.flatMap((box) => linesOf(box, '\t')),
		...drawing.arrows.map(({from, to, labels}) => {
			const text = labels
				.map(plain)
				.filter((one) => one !== '')
				.join('<br/>');
			return `\t${idOf(from)} --> ${idOf(to)}${text === '' ? '' : ` : ${text}`}`;
		}),
		...(current === undefined
			? []
			: [
					'\tclassDef current fill:#ffe9a8,stroke:#b45309,stroke-width:3px,color:#1f2328',
					`\tclass ${idOf(current)} current`,
				]),
		'',
	].join('\n');
