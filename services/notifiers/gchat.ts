// Google Chat: an incoming webhook of a space takes cards.
// https://developers.google.com/workspace/chat/api/reference/rest/v1/cards
import {nameOf, type Notifier} from './notifier.ts';

/** Text in cards is a small HTML. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export const gchat: Notifier = {
	async send(notice, {address}, request) {
		const {key, severity, text, facts, link} = notice;
		const colour = severity === 'error' ? '#FF0000' : '#0076D7';
		const widgets = [
			{textParagraph: {text: `<font color="${colour}">${escaped(text)}</font>`}},
			...facts.map(({title, value}) => ({decoratedText: {topLabel: title, text: escaped(value), wrapText: true}})),
			...(link === undefined ? [] : [{buttonList: {buttons: [{text: 'Open', onClick: {openLink: {url: link}}}]}}]),
		];
		const card = {header: {title: 'Aviary', subtitle: nameOf(notice)}, sections: [{widgets}]};
		await request({url: address, body: {cardsV2: [{cardId: key, card}]}});
	},
};
