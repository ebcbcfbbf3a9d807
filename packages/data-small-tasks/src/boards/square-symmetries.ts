import { applyDihedralTransform, shapeKeepingTransforms, type TaskDefinition } from '@hrm/data';

/** The symmetries of a task on a square board: any rotation and reflection of an example is an example. */
export function squareSymmetries(size: number): Required<Pick<TaskDefinition, 'augment' | 'puzzleClass'>> {
  const transforms = shapeKeepingTransforms(size, size);
  return {
    augment: (inputs, labels, random) => {
      const transform = transforms[random.integer(transforms.length)]!;
      inputs.set(applyDihedralTransform(inputs, size, size, transform));
      labels.set(applyDihedralTransform(labels, size, size, transform));
    },
    puzzleClass: (question) => {
      const tokens = Int32Array.from(question);
      const equals = transforms.map((transform) => applyDihedralTransform(tokens, size, size, transform));
      return equals.map((equal) => String.fromCharCode(...equal)).sort()[0]!;
    },
  };
}
