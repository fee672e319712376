import type { Html } from "@mailwright/html";
import { Field, type FieldProps, inputWiring } from "./field.tsx";
import { Icon } from "./icon.tsx";

/**
 * A file to upload. The browser's own input, spread over the frame, so that dropping a file and showing its name need
 * no script. The form needs `files`.
 */
export function FileField(
  props: FieldProps & {
    /** What a browser offers to choose: ".csv,text/csv". */
    accept?: string | undefined;
  },
): Html {
  return (
    <Field {...props}>
      <div class="file">
        <Icon name="upload" size="lg" />
        <input {...inputWiring(props)} class="file-input" type="file" accept={props.accept} />
      </div>
    </Field>
  );
}
