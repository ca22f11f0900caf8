// The subscription behind every wait: tells the chart whenever anything that its Canary refers to differs.
import {fromCallback} from 'xstate';
import type {CanaryModel} from '../../api/model.ts';
import type {WorldObserved} from '../../machines/ports.ts';
import type {Bindings} from '../life/bindings.ts';

type ModelChanged = {readonly type: 'model changed'; readonly model: CanaryModel};

export const observeWorld = ({services, onSurvey}: Bindings) =>
	fromCallback<ModelChanged, {readonly model: CanaryModel}>(({input, sendBack, receive}) => {
		const open = (model: CanaryModel) => {
			const survey = services.openSurvey(model, (world) => {
				sendBack({type: 'world observed', world} satisfies WorldObserved);
			});
			onSurvey(survey);
			return survey;
		};

		let survey = open(input.model);
		receive(({model}) => {
			const former = survey;
			survey = open(model);
			former.close();
		});
		return () => {
			survey.close();
		};
	});
