/**
 * The words that matter most in German, French and Spanish, for the rules alone: the encoder knows
 * English only, so texts in these languages never reach the trained head.
 */
import { type Concept, createConcept } from "./concept.ts";

const DS = "data_scientist";
const BA = "business_analyst";
const SH = "stakeholder";
const RP = "research_persona";
const OOS = "out_of_scope";

export const FOREIGN_CONCEPTS: readonly Concept[] = [
  createConcept(
    "de_tune",
    "senk*|erhöh*|halbier*|verdoppl*|justier*|nachjustier*|optimier*|kalibrier*|anpassen|einstellen|verringer*|reduzier*",
    { [DS]: 1.5 },
  ),
  createConcept(
    "de_parameter",
    "hyperparameter*|lernrate|halbwertszeit|validierungsfehler|ridge-strafe|regularisierung*|abklingrate|sättigung*|neu trainier*|trainiere neu|parameter*",
    { [DS]: 2 },
  ),
  createConcept(
    "de_method",
    "ersetz*|statt|anstelle|umsteigen|entfern*|weglassen|methodik|funktion|quellen|literatur|begründ*|warum|bayes*|negative koeffizienten|saisonalität|geometrisch*|hierarchisch*|logistisch*",
    { [RP]: 2 },
  ),
  createConcept(
    "de_plausible",
    "plausib*|glaubwürdig*|realistisch*|branchen*|vergleich*|kaufzyklus|wirkungsdauer|beitrag|rendite|auffällig*|zu hoch|sinnvoll*|grenzen|markt*",
    { [BA]: 2 },
  ),
  createConcept(
    "de_deploy",
    "freigab*|freigeben|geben wir|einführ*|produktion|produktiv*|entscheid*|vorstand*|erfolgskriterien|zurückfahren|fahren wir|ausroll*|genehmig*|ja oder nein|in betrieb",
    { [SH]: 2 },
  ),
  createConcept("de_office", "wetter|drucker|urlaub|werbetext|rechnung|besprechungsraum|passwort", {
    [OOS]: 3,
  }),
  createConcept(
    "fr_tune",
    "baisse*|augment*|divis*|rédui*|régl*|ajust*|optimis*|calibr*|relanc*|diminu*",
    {
      [DS]: 1.5,
    },
  ),
  createConcept(
    "fr_parameter",
    "hyperparamètres?|taux d'apprentissage|pénalité|régularisation|erreur de validation|demi-vie|entraînement|alpha|gamma",
    { [DS]: 2 },
  ),
  createConcept(
    "fr_method",
    "remplac*|pourquoi|références? scientifiques?|coefficients? négatifs?|bayésien*|hiérarchique*|méthodologie|passons|géométrique|supprim*|fonction de",
    { [RP]: 2 },
  ),
  createConcept(
    "fr_plausible",
    "plausible*|crédible*|réaliste*|secteur|compar*|cycle d'achat|cohérent*|retour sur investissement|trop (?:forte?|élevée?)|vérifi*",
    { [BA]: 2 },
  ),
  createConcept(
    "fr_deploy",
    "mettre[^.?!]{0,30}en production|déploiement|déploy*|valider le|critères de réussite|lancement|direction|décision|oui ou non|approuv*|approbation",
    { [SH]: 2 },
  ),
  createConcept("fr_office", "temps fera|réserve|salle de réunion|ordinateur|mot de passe|slogan", {
    [OOS]: 3,
  }),
  createConcept(
    "es_tune",
    "baja|sube|reduc*|aument*|ajust*|optimiz*|calibr*|vuelve a entrenar|entren*",
    {
      [DS]: 1.5,
    },
  ),
  createConcept(
    "es_parameter",
    "hiperparámetros?|tasa de aprendizaje|penalización|regularización|error de validación|vida media",
    { [DS]: 2 },
  ),
  createConcept(
    "es_method",
    "sustituy*|reemplaz*|cambiemos|por qué|referencias académicas|coeficientes negativos|bayesiano|jerárquico|metodología|geométrico|función de",
    { [RP]: 2 },
  ),
  createConcept(
    "es_plausible",
    "plausible*|creíble*|realista*|sector|compar*|ciclo de compra|encaja|retorno|demasiado alta|revís*|valores de referencia",
    { [BA]: 2 },
  ),
  createConcept(
    "es_deploy",
    "poner[^.?!]{0,30}en producción|despliegue|despleg*|aprueb*|aprob*|criterios de éxito|lanzamiento|dirección espera|decisión",
    { [SH]: 2 },
  ),
  createConcept("es_office", "qué tiempo|reserva|sala de reuniones|eslogan|contraseña|impresora", {
    [OOS]: 3,
  }),
];
