// Templates of CloudFormation that hold one SQL application: as a whole, some of its resources, or one resource.
import { isObject, type Members, objectAt, type Placed, SchemaError, sayIntrinsic } from './members.ts';

/** The properties of an application with the outputs and reference tables that other resources of its template add. */
export interface TemplateParts {
  readonly properties: Members;
  readonly path: string;
  readonly outputs: readonly Placed[];
  readonly references: readonly Placed[];
}

interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Members;
  readonly path: string;
}

const families = ['AWS::KinesisAnalytics::', 'AWS::KinesisAnalyticsV2::'];

/** The application of a template; undefined where there is no template. */
export function findTemplate(outer: Members): TemplateParts | undefined {
  const resources = resourcesOf(outer);
  if (resources === undefined) return undefined;
  const ofType = (name: string): Resource[] =>
    resources.filter(({ type }) => families.some((family) => type === `${family}${name}`));
  const [application, ...others] = ofType('Application');
  if (application === undefined)
    throw new SchemaError(`is a template of CloudFormation without a resource of type ${families[0]}Application`, '$');
  if (others.length > 0) {
    const names = [application, ...others].map(({ id }) => id).join(', ');
    throw new SchemaError(`is a template of CloudFormation with ${others.length + 1} applications: ${names}`, '$', {
      hint: 'keep the one that is meant',
    });
  }
  const added = (name: string, member: string): Placed[] =>
    ofType(name)
      .filter((resource) => refersTo(resource, application))
      .map(({ properties, path }) => ({ value: properties[member], path: `${path}.${member}` }));
  return {
    properties: application.properties,
    path: application.path,
    outputs: added('ApplicationOutput', 'Output'),
    references: added('ApplicationReferenceDataSource', 'ReferenceDataSource'),
  };
}

function resourcesOf(outer: Members): Resource[] | undefined {
  if (isResource(outer)) return [resourceOf('', outer, '$')];
  const within = outer['Resources'];
  const [holder, path] = within === undefined ? [outer, '$'] : [objectAt(within, '$.Resources'), '$.Resources'];
  const entries = Object.entries(holder);
  if (within === undefined && (entries.length === 0 || !entries.every(([, value]) => isResource(value))))
    return undefined;
  return entries.flatMap(([id, value]) => (isResource(value) ? [resourceOf(id, value, `${path}.${id}`)] : []));
}

function isResource(value: unknown): value is Members {
  return isObject(value) && 'Type' in value && typeof value.Type === 'string' && /^[A-Z]\w*::/.test(value.Type);
}

function resourceOf(id: string, resource: Members, path: string): Resource {
  const at = `${path}.Properties`;
  return { id, type: String(resource['Type']), properties: objectAt(resource['Properties'] ?? {}, at), path: at };
}

// By its logical name, in whatever function, or by the same text.
function refersTo(resource: Resource, application: Resource): boolean {
  const named = resource.properties['ApplicationName'];
  if (JSON.stringify(named) === JSON.stringify(application.properties['ApplicationName'])) return true;
  const text = sayIntrinsic(named) === undefined ? '' : JSON.stringify(named);
  return [`"${application.id}"`, `{${application.id}}`, `{${application.id}.`].some((way) => text.includes(way));
}
